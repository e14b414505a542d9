/*
 * bench-client.ts: a small tool of its own at the model of a board: lines, expressions, files; in world time, nothing waits.
 * Way: tests -> bytes of Espruino's console and packets -> the model, and its answers back.
 * Written from Espruino's README_Protocol.md, not from the project's own flasher.
 */
import { readFileSync } from 'node:fs';
import type { ConsoleBoard } from '../../../hardware/virtual/console/espruino-console';

/** A tool that is connected to a model. */
export interface BenchClient {
  model: ConsoleBoard;
  /** Sends characters of one byte and lets time go on. Gives what the board said meanwhile. */
  say(text: string, waitMs?: number): string;
  /** A packet. `type`: the upper three bits. */
  packet(type: number, content: string, waitMs?: number): string;
  /** Answer of an EVAL packet without its header; throws what else came. */
  ask(code: string): string;
  /** Sends a file; gives the last answer. */
  send(name: string, content: string | Uint8Array, packetBytes?: number): string;
  /** Lets time go on. */
  wait(ms: number): string;
}

export const EVAL = 0x2000;
export const EVENT = 0x4000;
export const FILE_SEND = 0x6000;
export const DATA = 0x8000;
export const FILE_RECV = 0xa000;

/** A packet's bytes as characters. */
export function packetOf(type: number, content: string): string {
  const head = type | content.length;
  return String.fromCharCode(16, 1, head >> 8, head & 255) + content;
}

/** Connects to a model. */
export function benchClient(model: ConsoleBoard): BenchClient {
  let heard = '';
  model.onSend((bytes) => {
    heard += Buffer.from(bytes).toString('latin1');
  });
  const take = (): string => {
    const text = heard;
    heard = '';
    return text;
  };
  const client: BenchClient = {
    model,
    say: (text, waitMs = 50) => {
      model.receive(Buffer.from(text, 'latin1'));
      return client.wait(waitMs);
    },
    wait: (ms) => {
      model.runUntil(model.nowMs() + ms);
      return take();
    },
    packet: (type, content, waitMs) => client.say(packetOf(type, content), waitMs),
    ask: (code) => {
      const answer = client.packet(EVAL, code);
      const at = answer.indexOf('\x06\x10\x01');
      if (at < 0) throw new Error(`no answer to ${code}: ${JSON.stringify(answer)}`);
      return answer.slice(at + 5).replace(/>$/, '');
    },
    send: (name, content, packetBytes = 1024) => {
      const text = typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
      let answer = client.packet(FILE_SEND, JSON.stringify({ fn: name, s: text.length }));
      for (let at = 0; at < text.length && answer.endsWith('\x06'); at += packetBytes)
        answer = client.packet(DATA, text.slice(at, at + packetBytes));
      return answer;
    },
  };
  return client;
}

/** Puts the built firmware of a XIAO on a board, as it lies in Storage. */
export function flashXiao(client: BenchClient, program = 'water-point-xiao'): void {
  const built = (name: string): string => readFileSync(`dist/firmware/${name}.js`, 'latin1');
  client.send('tw.boot', built('loader'));
  client.send('tw.a', built(program));
  client.send('ed25519', readFileSync('firmware/native/ed25519.bin'));
  client.send('.bootPowerOn', built('boot-power-on'));
  client.send('.bootcde', built('boot-code'));
}
