/*
 * The gateway as a process of its own, and the village's talk with it over Node's IPC channel.
 * From: run.ts (barriers, stop). To: `node dist/tallywell.js gateway … --clock parent`; its answers come back here.
 * Source: design section 11: village time waits until the gateway has consumed and committed what reached it.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How the gateway's session with its radio stands. */
export type RadioSessionState = 'closed' | 'syncing' | 'ready';

/** The gateway's answer to a barrier: it has judged and committed everything up to there. */
export interface BarrierReply {
  radioBytes: number;
  session: RadioSessionState;
}

/** What the gateway's machine could know of the time. Default: a time server answers, and it was never started anew. */
export interface TimeEvidence {
  isVouched?: boolean;
  bootId?: string;
}

/** What the gateway says when it has started. */
export interface GatewayReady {
  publicKey: string;
  pid: number;
  httpUrl: string;
  mqttUrl: string;
}

/** A running gateway process. Every promise resolves to undefined when the process ends first. */
export interface GatewayChild {
  ready: Promise<GatewayReady | undefined>;
  /** Sets the gateway's clock (unix ms) and waits until it has read `radioBytes` of its connection and committed them. */
  barrier(
    timeMs: number,
    radioBytes: number,
    evidence?: TimeEvidence,
  ): Promise<BarrierReply | undefined>;
  /** Asks it to end properly; resolves to its exit code (null after a signal). */
  stop(): Promise<number | null>;
  /** How it ended, once it has: code or signal in words. */
  ended: Promise<string>;
}

/** How to start it. `args`: everything after the verb `gateway`. */
export interface GatewayStart {
  script: string;
  args: string[];
  folder: string;
}

/** A stop that takes longer than this is cut short: ms (the gateway itself drains its outbox for at most 10 s). */
const STOP_MS_MAX = 20_000;

type Message =
  | ({ type: 'ready' } & GatewayReady)
  | ({ type: 'barrier'; id: number } & BarrierReply)
  | { type: string };

/** Starts a gateway process; its output goes to DIR/gateway.log and its id to DIR/gateway.pid. */
export function startGatewayChild(start: GatewayStart): GatewayChild {
  const log = openSync(join(start.folder, 'gateway.log'), 'a');
  // Its own process group: Ctrl-C in the terminal stops the village, which then stops the gateway in order.
  const child = spawn(process.execPath, [start.script, 'gateway', ...start.args], {
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  const pidFile = join(start.folder, 'gateway.pid');
  if (child.pid !== undefined) writeFileSync(pidFile, `${child.pid}\n`);
  return talkTo(child, pidFile);
}

function talkTo(child: ChildProcess, pidFile: string): GatewayChild {
  const waiting = new Map<number, (reply: BarrierReply | undefined) => void>();
  let barriers = 0;
  let gone = false;
  let code: number | null = null;
  let tellReady: (ready: GatewayReady | undefined) => void = () => {};
  const ready = new Promise<GatewayReady | undefined>((resolve) => {
    tellReady = resolve;
  });
  child.on('message', (raw) => {
    const message = raw as Message;
    if (message.type === 'ready') tellReady(message as GatewayReady);
    if (message.type !== 'barrier') return;
    const reply = message as { id: number } & BarrierReply;
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  const ended = new Promise<string>((resolve) => {
    const end = (how: string): void => {
      if (gone) return;
      gone = true;
      rmSync(pidFile, { force: true });
      tellReady(undefined);
      for (const give of waiting.values()) give(undefined);
      waiting.clear();
      resolve(how);
    };
    child.on('error', (error) => end(error.message));
    child.on('exit', (exitCode, signal) => {
      code = exitCode;
      end(signal === null ? `exit code ${exitCode}` : `signal ${signal}`);
    });
  });
  const barrier: GatewayChild['barrier'] = (timeMs, radioBytes, evidence) =>
    new Promise((resolve) => {
      if (gone) return resolve(undefined);
      const id = ++barriers;
      waiting.set(id, resolve);
      // A send that fails means the process is ending: its exit answers everything that waits.
      child.send({ type: 'barrier', id, timeMs, radioBytes, ...evidence }, () => {});
    });
  const stop = async (): Promise<number | null> => {
    if (!gone) {
      child.send({ type: 'stop' }, () => {});
      const tooLong = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
      await ended;
      clearTimeout(tooLong);
    }
    return code;
  };
  return { ready, barrier, stop, ended };
}
