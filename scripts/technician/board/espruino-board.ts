/*
 * espruino-board.ts: an Espruino board at a port, as acts use it.
 * Way: acts -> BoardSession -> console.ts -> line.
 * Files go by FILE_SEND and DATA packets. The place where a transfer goes on after a refusal is given with `offs`, which
 * Espruino's document does not mention; so nothing but length and CRC-32 read back counts as written.
 */
import { crc32 } from 'node:zlib';
import {
  CONSOLE_BAUD,
  FILE_NAME_BYTES_MAX,
  FILE_TRIES_MAX,
  LOOK_AGAIN_MS,
  LOOK_AGAIN_MS_MAX,
  PACKET_BYTES,
  PACKET_BYTES_SMALL_BOARD,
  PACKET_TRIES_MAX,
  READ_PIECE_BYTES,
  READ_PIECE_BYTES_SMALL_BOARD,
  RESTART_AFTER_MS,
  RESTART_MS_MAX,
  SMALL_BOARD_VARIABLES,
} from '../limits';
import { Trouble } from '../trouble';
import type { BoardFile, BoardIdentity, BoardSession, NodeAnswer } from './board-session';
import { CONSOLE_TIMES, type Console, type ConsoleTimes, openConsole } from './console';
import type { OpenLine } from './line';
import { openLine } from './open-line';
import { findFault, PACKET } from './packets';
import {
  ASKED_START_CODE,
  checkCode,
  eraseCode,
  HAS_PROGRAM_CODE,
  IDENTITY_CODE,
  KICK_CODE,
  LIST_CODE,
  quoted,
  readCode,
} from './storage-code';

/** How a board is reached; tests take other lines and times. */
export interface BoardOptions {
  baud?: number;
  times?: ConsoleTimes;
  openLine?: OpenLine;
}

/** Detail `error` of boot-failed: the console did not come back. */
export const SILENT_AFTER_RESTART = 'the console does not answer any more';
/** Detail `error` of boot-failed: the console answers, the program never ended. */
export const NOT_RESTARTED = 'it answers, but did not start again';
/** Of a file in Storage. Source: Espruino 2v29 src/jsflash.h. */
const FILE_HEADER_BYTES = 32;

const hex = (value: number): string => value.toString(16).padStart(8, '0');
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** What checkCode answered. */
function fileOf(name: string, value: unknown): BoardFile | null {
  if (value === null) return null;
  const [length, crc] = value as [number, number];
  return { name, length, crc32: crc >>> 0 };
}

function refusalOf(answer: NodeAnswer, command: string): Trouble {
  const reason = String(answer.reason ?? answer.error ?? 'no reason');
  if (reason === 'not provisioned') return new Trouble('not-provisioned');
  return new Trouble('node-refused', { command, reason });
}

class EspruinoBoard implements BoardSession {
  private known: BoardIdentity | null = null;

  constructor(
    readonly port: string,
    private console: Console,
    private readonly reopen: () => Promise<Console>,
  ) {}

  async identity(): Promise<BoardIdentity> {
    const { value } = await this.console.evaluate(IDENTITY_CODE, 'identify');
    const [board, version, serial, total, free, bytes, freeBytes, trash] = value as [
      ...[string, string, string, number, number, number, number, number],
    ];
    this.known = {
      ...{ board, version, serial, variablesTotal: total, variablesFree: free },
      ...{ storageBytes: bytes, storageFreeBytes: freeBytes + (trash ?? 0) },
    };
    return this.known;
  }

  async evaluate(expression: string): Promise<unknown> {
    return (await this.console.evaluate(expression, expression.slice(0, 40))).value;
  }

  async files(): Promise<BoardFile[]> {
    const names = (await this.console.evaluate(LIST_CODE, 'list')).value as string[];
    const files: BoardFile[] = [];
    for (const name of names) {
      const file = await this.check(name);
      if (file) files.push(file);
    }
    return files;
  }

  async check(name: string): Promise<BoardFile | null> {
    const { value } = await this.console.evaluate(checkCode(name), `check ${name}`);
    return fileOf(name, value);
  }

  async read(name: string): Promise<Uint8Array> {
    const file = await this.check(name);
    if (!file) throw new Trouble('bad-file', { file: name, fault: 'not-on-board' });
    const pieces: Buffer[] = [];
    const step = (await this.isSmall()) ? READ_PIECE_BYTES_SMALL_BOARD : READ_PIECE_BYTES;
    for (let at = 0; at < file.length; at += step) {
      const code = readCode(name, at, Math.min(step, file.length - at));
      const { value } = await this.console.evaluate(code, `read ${name}`);
      pieces.push(Buffer.from(String(value), 'base64'));
    }
    const bytes = new Uint8Array(Buffer.concat(pieces));
    const found = crc32(bytes);
    if (found === file.crc32) return bytes;
    throw new Trouble('crc-differs', { file: name, found: hex(found), wanted: hex(file.crc32) });
  }

  private async isSmall(): Promise<boolean> {
    const { variablesTotal } = this.known ?? (await this.identity());
    return variablesTotal < SMALL_BOARD_VARIABLES;
  }

  async erase(name: string): Promise<void> {
    await this.console.evaluate(eraseCode(name), `erase ${name}`);
  }

  async write(name: string, bytes: Uint8Array, share?: (done: number) => void): Promise<void> {
    if (Buffer.byteLength(name) > FILE_NAME_BYTES_MAX || bytes.length === 0) {
      throw new RangeError(`a file of ${bytes.length} bytes with the name ${name}`);
    }
    const wanted = crc32(bytes);
    let found: BoardFile | null = await this.check(name);
    for (let tries = 0; tries < FILE_TRIES_MAX; tries++) {
      if (found?.length === bytes.length && found.crc32 === wanted) return;
      if (found) await this.erase(name);
      await this.checkRoom(bytes.length);
      await this.transfer(name, bytes, share);
      const checked = await this.console.evaluate(checkCode(name), `check ${name}`);
      this.checkComplaint(checked.printed, bytes.length, `send ${name}`);
      found = fileOf(name, checked.value);
    }
    if (found?.length === bytes.length && found.crc32 === wanted) return;
    const there = found ? `${found.length} bytes ${hex(found.crc32)}` : 'nothing';
    throw new Trouble('crc-differs', {
      ...{ file: name, found: there, wanted: `${bytes.length} bytes ${hex(wanted)}` },
    });
  }

  private async checkRoom(length: number): Promise<void> {
    const { storageFreeBytes: free } = await this.identity();
    const needed = length + FILE_HEADER_BYTES;
    if (needed > free) throw new Trouble('storage-full', { needed, free });
  }

  /** Sends all packets of a file; after a refusal goes on where it was refused. */
  private async transfer(name: string, bytes: Uint8Array, share?: (done: number) => void) {
    const step = (await this.isSmall()) ? PACKET_BYTES_SMALL_BOARD : PACKET_BYTES;
    const during = `send ${name}`;
    let refusals = 0;
    let at = 0;
    for (let isAnnounced = false; at < bytes.length; ) {
      const announcement = { fn: name, s: bytes.length, ...(at > 0 ? { offs: at } : {}) };
      const reply = isAnnounced
        ? await this.console.send(PACKET.DATA, bytes.subarray(at, at + step), during)
        : await this.console.send(PACKET.FILE_SEND, bytesOf(JSON.stringify(announcement)), during);
      this.checkComplaint(reply.printed, bytes.length, during);
      if (reply.value === 'ack') {
        if (isAnnounced) at += step;
        isAnnounced = true;
        share?.(Math.min(1, at / bytes.length));
        continue;
      }
      refusals++;
      if (refusals >= PACKET_TRIES_MAX) {
        throw new Trouble('packet-refused', { during, times: refusals });
      }
      if (reply.value === 'silence') await this.console.wake();
      await this.console.clear(during);
      isAnnounced = false;
    }
  }

  /** Storage that is full and memory that ran out are told in words beside the acknowledgement. */
  private checkComplaint(printed: string, needed: number, during: string): void {
    const fault = findFault(printed)?.fault;
    if (fault === 'storage-full') {
      const free = this.known?.storageFreeBytes ?? 0;
      throw new Trouble('storage-full', { needed, free });
    }
    if (fault === 'out-of-memory') throw new Trouble('out-of-memory', { during });
  }

  async node(command: string, ...values: (string | number)[]): Promise<NodeAnswer> {
    const parts = [command, ...values].map((value) =>
      typeof value === 'string' ? quoted(value) : String(value),
    );
    const code = `typeof tw=="function"?(tw(${parts.join(',')}),1):0`;
    const { value, printed } = await this.console.evaluate(code, `tw ${command}`);
    if (value !== 1) throw await this.muteTrouble();
    const start = printed.lastIndexOf(`{"tw":${JSON.stringify(command)}`);
    const line = start < 0 ? '' : (printed.slice(start).split(/\r?\n/, 1)[0] as string);
    let answer: NodeAnswer;
    try {
      answer = JSON.parse(line) as NodeAnswer;
    } catch {
      throw new Trouble('node-refused', { command, reason: 'no-json' });
    }
    if (answer.ok !== true) throw refusalOf(answer, command);
    return answer;
  }

  /** Why nobody answers tw(): no program, or one without console: an MDBT42Q's of a site. */
  private async muteTrouble(): Promise<Trouble> {
    const { board } = await this.identity();
    const { value } = await this.console.evaluate(HAS_PROGRAM_CODE, 'tw');
    return new Trouble(board === 'MDBT42Q' && value === 1 ? 'no-console' : 'no-program');
  }

  async restart(msMax = RESTART_MS_MAX): Promise<string> {
    await this.evaluate(ASKED_START_CODE);
    const printed = await this.startAgain('load', msMax);
    const fault = findFault(printed);
    if (fault?.fault === 'storage-corrupt') {
      throw new Trouble('storage-corrupt', { found: fault.error });
    }
    if (fault) throw new Trouble('boot-failed', { error: fault.error });
    return printed;
  }

  async stop(): Promise<void> {
    await this.startAgain('reset', RESTART_MS_MAX);
    await this.console.evaluate(KICK_CODE, 'reset');
  }

  /** load() or reset(): both forget all variables, which tells when it is done. */
  private async startAgain(how: 'load' | 'reset', msMax: number): Promise<string> {
    const code = `(global.twBefore=1,setTimeout(function(){${how}()},${RESTART_AFTER_MS}),1)`;
    await this.console.evaluate(code, how);
    let printed = '';
    let waitMs = LOOK_AGAIN_MS;
    for (const until = Date.now() + msMax; ; waitMs = Math.min(2 * waitMs, LOOK_AGAIN_MS_MAX)) {
      try {
        const answered = await this.console.evaluate('typeof twBefore', how, waitMs);
        printed += answered.printed;
        if (answered.value === 'undefined') return printed;
      } catch (error) {
        await this.afterSilence(error, Date.now() < until, printed);
        continue;
      }
      // It still answers: busy with its flash, or the timer never comes.
      if (Date.now() >= until) throw new Trouble('boot-failed', { error: NOT_RESTARTED });
      await new Promise((resolve) => setTimeout(resolve, RESTART_AFTER_MS));
    }
  }

  /** A board that starts is silent for a while, or its port goes and comes back. */
  private async afterSilence(error: unknown, hasTime: boolean, printed: string): Promise<void> {
    const code = error instanceof Trouble ? error.code : null;
    if (code !== 'no-prompt' && code !== 'unplugged' && code !== 'no-port') throw error;
    if (!hasTime) {
      const reason = findFault(printed + this.console.unanswered())?.error ?? SILENT_AFTER_RESTART;
      throw new Trouble('boot-failed', { error: reason });
    }
    if (code === 'no-prompt') return;
    await this.console.close();
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    this.console = await this.reopen().catch((refused) => {
      if (refused instanceof Trouble && refused.code === 'no-port') return this.console;
      throw refused;
    });
  }

  async close(): Promise<void> {
    await this.console.close();
  }
}

/**
 * Opens a board and gets its attention. It may be in any state: a half typed line, an open bracket, a loop, a program that
 * prints. Throws: Trouble no-port, port-denied, port-locked, no-prompt, not-espruino, old-espruino, unplugged.
 */
export async function openBoard(port: string, options: BoardOptions = {}): Promise<BoardSession> {
  const { baud = CONSOLE_BAUD, times = CONSOLE_TIMES } = options;
  const reopen = () => openConsole(port, options.openLine ?? openLine, baud, times);
  const console = await reopen();
  try {
    await console.wake();
  } catch (error) {
    await console.close();
    throw error;
  }
  return new EspruinoBoard(port, console, reopen);
}
