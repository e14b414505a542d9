/*
 * Keeps a gateway at the village's side: barriers, and a new process when one dies.
 * From: run.ts (a barrier at each stop of village time). To: gateway-child.ts, radio-port.ts.
 * Source: design section 11; a gateway that is killed is started again on the same folder.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type GatewayChild,
  type GatewayReady,
  type GatewayStart,
  type RadioSessionState,
  startGatewayChild,
  type TimeEvidence,
} from './gateway-child';
import type { RadioPort } from './radio-port';

/** First and longest delay before a dead gateway is started again, real ms. */
const RESTART_MS_MIN = 250;
const RESTART_MS_MAX = 10_000;
/** Starts in a row that may fail before the village gives up. */
const FAILED_STARTS_MAX = 20;
/** How long a living gateway may take to connect to its radio, real ms. */
const CONNECT_MS_MAX = 60_000;
/** Delay between two looks whether it has connected, real ms. */
const CONNECT_LOOK_MS = 20;

/** A gateway that is kept running. */
export interface GatewayLink {
  /** What the running process said of itself. */
  ready(): GatewayReady;
  /**
   * Stops village time at `timeMs` (unix) until all the radio wrote is judged and committed, and hands the gateway's
   * answer to the radio. Starts the process again if it died. Returns how its radio session stands: syncing or ready.
   * Throws: an Error that says where the log is, when it cannot be kept running.
   */
  barrier(timeMs: number): Promise<RadioSessionState>;
  /** How often it had to be started again. */
  restarts(): number;
  /** Asks the process to end, once however often it is called; resolves when it has. */
  stop(): Promise<void>;
}

interface LinkState {
  evidence: (timeMs: number) => TimeEvidence;
  start: GatewayStart;
  port: RadioPort;
  note: (text: string) => void;
  child: GatewayChild;
  ready: GatewayReady;
  restarts: number;
}

function lastLogLines(folder: string): string {
  try {
    return readFileSync(join(folder, 'gateway.log'), 'utf8')
      .trim()
      .split('\n')
      .slice(-5)
      .join('\n  ');
  } catch {
    return '(no log)';
  }
}

/**
 * Starts a process and waits until it says it is ready; tries again with back-off. `isFirst`: one that ends by itself
 * does so for a reason a person must read, so only one that was killed is tried again.
 */
async function startUntilReady(
  start: GatewayStart,
  isFirst: boolean,
): Promise<{ child: GatewayChild; ready: GatewayReady }> {
  let delayMs = RESTART_MS_MIN;
  for (let attempt = 1; ; attempt++) {
    const child = startGatewayChild(start);
    const ready = await child.ready;
    if (ready !== undefined) return { child, ready };
    const how = await child.ended;
    if (attempt >= FAILED_STARTS_MAX || (isFirst && how.startsWith('exit code'))) {
      throw new Error(
        `the gateway does not start (${how}). ${join(start.folder, 'gateway.log')} ends with:\n` +
          `  ${lastLogLines(start.folder)}`,
      );
    }
    await sleep(delayMs);
    delayMs = Math.min(delayMs * 2, RESTART_MS_MAX);
  }
}

async function restart(state: LinkState): Promise<void> {
  state.note(`the gateway process ended (${await state.child.ended}); starting it again`);
  await sleep(RESTART_MS_MIN);
  Object.assign(state, await startUntilReady(state.start, false));
  state.restarts++;
  state.note(`the gateway is back (process ${state.ready.pid}); going on`);
}

/** One exchange; undefined when the process ended during it. */
async function exchange(state: LinkState, timeMs: number): Promise<RadioSessionState | undefined> {
  const reply = await state.child.barrier(timeMs, state.port.bytesSent(), state.evidence(timeMs));
  if (reply === undefined) return undefined;
  if (reply.session !== 'closed') await state.port.received(reply.radioBytes);
  state.port.deliver();
  return reply.session;
}

async function barrier(state: LinkState, timeMs: number): Promise<RadioSessionState> {
  let waitedMs = 0;
  for (;;) {
    const session = await exchange(state, timeMs);
    if (session === undefined) await restart(state);
    else if (session !== 'closed') return session;
    else if (waitedMs > CONNECT_MS_MAX) {
      throw new Error(`the gateway does not reach its radio on port ${state.port.port}`);
    } else {
      await sleep(CONNECT_LOOK_MS);
      waitedMs += CONNECT_LOOK_MS;
    }
  }
}

/** Starts a gateway and keeps it. `note` is told what a person should know. Throws: as {@link GatewayLink.barrier}. */
export async function openGatewayLink(
  start: GatewayStart,
  port: RadioPort,
  note: (text: string) => void,
  evidence: (timeMs: number) => TimeEvidence = () => ({}),
): Promise<GatewayLink> {
  const state: LinkState = {
    start,
    port,
    note,
    evidence,
    restarts: 0,
    ...(await startUntilReady(start, true)),
  };
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    const code = await state.child.stop();
    if (code !== 0) note(`the gateway ended with ${code === null ? 'a signal' : `code ${code}`}`);
  };
  return {
    ready: () => state.ready,
    barrier: (timeMs) => barrier(state, timeMs),
    restarts: () => state.restarts,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
