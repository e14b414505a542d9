/*
 * kill-gateway.ts: a real gateway process that will be killed: at an exact call on its files, or some ms after a stage of its
 * start. It runs on the machine's clock, made faster (fast-clock.c), with production settings otherwise.
 * Way: plan -> environment and timer -> SIGKILL.
 */
import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import type { OracleRadio } from '../support/oracle-radio';
import { until } from '../support/places';
import { fastClockEnv, preloadLibrary } from './preload';

/** How much faster its clock runs: an hour in 30 s, the longest hold-back in half a second. */
export const CLOCK_FACTOR = 120;

/** When a process is killed. */
export type KillPlan =
  /** At the N-th call that changes a file; `how`: before, in its middle, after. */
  | { at: 'call'; call: number; how: 0 | 1 | 2 }
  /** So many ms after it began, connected to its radio, asked for the radio's configuration, or sent a bulletin. */
  | { at: 'begun' | 'connected' | 'ready' | 'bulletin'; ms: number };

/** The plan of a life: the stages take turns, the moment in each is by chance. */
export function planOf(life: number, chance: () => number): KillPlan {
  const how = Math.floor(chance() * 3) as 0 | 1 | 2;
  const kind = life % 6;
  if (kind === 0) return { at: 'call', call: 1 + Math.floor(chance() * 40), how };
  // Just acknowledged: what was not durable by then is gone now.
  if (kind === 1) return { at: 'bulletin', ms: chance() * 15 };
  if (kind === 2) return { at: 'ready', ms: chance() * 2_500 };
  // The calls of a commit: between some ten and some hundred, so on a scale of powers.
  if (kind === 3) return { at: 'call', call: Math.floor(40 * 50 ** chance()), how };
  if (kind === 4) return { at: 'connected', ms: chance() * 10 };
  return { at: 'begun', ms: chance() * 2_500 };
}

/** What every life shares. */
export interface Gateways {
  /** Starts one. `plan` null: it is not killed. */
  start(plan: KillPlan | null): Life;
}

/** One process. */
export interface Life {
  /** Resolves when it has ended. Rejects: it ended by itself before it was killed. */
  end: Promise<void>;
  /** Asks it to stop. */
  stop(): void;
}

/** Makes ready to start gateways with these arguments over the folder. */
export function gateways(
  made: string,
  folder: string,
  radio: OracleRadio,
  command: string[],
): Gateways {
  const env = fastClockEnv(made, CLOCK_FACTOR);
  const preload = `${env.LD_PRELOAD}:${preloadLibrary(made, 'kill-calls')}`;
  return {
    start(plan) {
      const call = plan?.at === 'call' ? plan : { call: 0, how: 0 };
      const child = spawn(process.execPath, command, {
        stdio: ['ignore', 'ignore', 'pipe'],
        env: {
          ...{ ...env, LD_PRELOAD: preload, TALLYWELL_KILL_FOLDER: folder },
          ...{ TALLYWELL_KILL_AT: String(call.call), TALLYWELL_KILL_HOW: String(call.how) },
        },
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      let words = '';
      child.stderr.on('data', (chunk) => {
        words = `${words}${chunk}`.slice(-5_000);
      });
      let ended = false;
      const end = new Promise<void>((resolve, reject) =>
        child.on('close', (code, signal) => {
          ended = true;
          const asWanted = plan === null ? code === 0 : signal === 'SIGKILL';
          if (asWanted) resolve();
          else reject(new Error(`the gateway ended with ${code ?? signal}: ${words}`));
        }),
      );
      const killAfter = (ms: number) => setTimeout(() => child.kill('SIGKILL'), ms);
      const when = async (holds: () => boolean, ms: number) => {
        await until(() => ended || holds());
        killAfter(ms);
      };
      if (plan?.at === 'begun') killAfter(plan.ms);
      else if (plan?.at === 'connected') void when(radio.isConnected, plan.ms);
      else if (plan?.at === 'ready') void when(radio.isReady, plan.ms);
      else if (plan?.at === 'bulletin') {
        const before = radio.broadcasts().length;
        void when(() => radio.broadcasts().length > before, plan.ms);
      }
      return { end, stop: () => void child.kill('SIGTERM') };
    },
  };
}
