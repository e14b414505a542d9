/*
 * notify.ts: tells systemd how this service is doing: ready, alive, stopping, and a line of state.
 * Way: gateway -> systemd-notify(1) -> the socket NOTIFY_SOCKET. Node has no Unix datagram sockets, so systemd's own program
 * speaks; it is there wherever systemd is. It runs only when this process starts it, so a process that hangs feeds nobody.
 * Source: sd_notify(3), systemd-notify(1), sd_watchdog_enabled(3), systemd.service(5).
 */
import { execFile } from 'node:child_process';
import { NOTIFY_MS_MAX, NOTIFY_STATUS_MS } from '../limits/operations';
import type { Log } from './log';

/** What the notifier works with. */
export interface NotifyDoors {
  environment: Record<string, string | undefined>;
  log: Log;
  /** What hangs; null = all works. */
  problem(): string | null;
  /** One line about the state, without secrets. */
  stateLine(): string;
}

/** Tells systemd. */
export interface Notifier {
  /** Everything listens; from now on the watchdog is fed. */
  ready(): void;
  /** The graceful end has begun. The watchdog is fed until `end`. */
  stopping(): void;
  end(): void;
}

/** Longest line of state, characters. */
const STATE_CHARS_MAX = 400;

/** How often the watchdog is to be fed, ms: half of what systemd allows. null = it asks for none. */
export function watchdogMs(environment: Record<string, string | undefined>): number | null {
  const { WATCHDOG_USEC, WATCHDOG_PID } = environment;
  if (WATCHDOG_PID !== undefined && WATCHDOG_PID !== String(process.pid)) return null;
  const allowedMs = Number(WATCHDOG_USEC) / 1000;
  return Number.isFinite(allowedMs) && allowedMs > 0 ? allowedMs / 2 : null;
}

/**
 * Takes what systemd said to this process out of its environment. @returns the environment as it was.
 * Programs that are started later must not see it: timedatectl for one tells the socket its own errors.
 */
export function takeNotifyEnvironment(
  environment: Record<string, string | undefined>,
): Record<string, string | undefined> {
  const whole = { ...environment };
  for (const name of ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID']) delete environment[name];
  return whole;
}

function statusOf(line: string): string {
  return `STATUS=${line.replace(/[\r\n]+/g, ' ').slice(0, STATE_CHARS_MAX)}`;
}

/** A notifier that says nothing where no systemd listens. */
export function createNotifier(doors: NotifyDoors): Notifier {
  const { environment, log } = doors;
  if (!environment.NOTIFY_SOCKET) return { ready() {}, stopping() {}, end() {} };
  let timer: NodeJS.Timeout | undefined;
  let told = '';
  let hangs: string | null = null;
  const send = (...messages: string[]) => {
    const options = { timeout: NOTIFY_MS_MAX, env: environment };
    execFile('systemd-notify', messages, options, (error) => {
      if (error) log(`WARNING: systemd could not be told (${messages[0]}): ${error.message}`);
    });
  };
  const feedMs = watchdogMs(environment);
  const beat = () => {
    const problem = doors.problem();
    if (problem !== null && problem !== hangs) {
      log(`WARNING: the watchdog is not fed: ${problem}`);
    }
    hangs = problem;
    const status = statusOf(problem === null ? doors.stateLine() : `hangs: ${problem}`);
    const messages = feedMs !== null && problem === null ? ['WATCHDOG=1'] : [];
    if (status !== told) messages.push(status);
    told = status;
    if (messages.length > 0) send(...messages);
  };
  return {
    ready() {
      told = statusOf(doors.stateLine());
      send('READY=1', told);
      timer = setInterval(beat, feedMs ?? NOTIFY_STATUS_MS);
    },
    stopping: () => send('STOPPING=1', statusOf('stopping: telling what is left')),
    end: () => clearInterval(timer),
  };
}
