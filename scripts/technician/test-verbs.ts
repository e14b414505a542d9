/*
 * test-verbs.ts: `tallywell selftest` and `tallywell calibrate`.
 * Way: flags, a person's key -> selftest.ts, calibrate.ts.
 */
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import type { TFunction } from 'i18next';
import { CALIBRATION_VOLUME_ML_MAX } from '../../firmware/node-limits';
import { openBench } from './bench-folder';
import { type CalibrateResult, calibrate, type Pourer } from './calibrate';
import { tokenOf } from './gateway-client';
import { POURS_MAX, POURS_MIN, POURS_USUAL } from './limits';
import type { PartResult } from './part';
import { numberFlag } from './provision-verb';
import { type SelftestResult, selftest } from './selftest';
import { TROUBLES, Trouble } from './trouble';
import { type BenchFlags, benchVerb } from './verb';
import { addPortFlag, withBoard } from './with-board';

interface TestFlags extends BenchFlags {
  port?: string;
  gateway?: string;
  tokenFile?: string;
  offline?: boolean;
}

/** A part in words: its name, how it does, what was measured, what to do when it fails. */
export function partWords({ part, outcome, value }: PartResult, t: TFunction) {
  return {
    name: t(`part.${part}`, part),
    verdict: t(`outcome.${outcome}`),
    value,
    advice: outcome === 'fail' ? t(`advice.${part}`, '') : '',
  };
}

function sayPart(result: PartResult, t: TFunction): string {
  const { name, verdict, value, advice } = partWords(result, t);
  const words = `${verdict.padEnd(8)} ${name}`;
  const said = value === '' ? words : `${words}: ${value}`;
  return advice === '' ? said : `${said}\n         ${advice}`;
}

function saySelftest({ parts, failed }: SelftestResult, t: TFunction): string {
  const sum = t('selftest.sum', { failed, all: parts.length });
  return [...parts.map((one) => sayPart(one, t)), sum].join('\n');
}

function registerSelftest(program: Command): void {
  const command = addPortFlag(
    program.command('selftest').description('each part of a node: pass, fail, what to check'),
  )
    .option('--gateway <url>', 'address of the gateway; else the pod’s')
    .option(
      '--token-file <file>',
      'first line: a token, where the gateway tells strangers nothing; or TALLYWELL_TOKEN',
    )
    .option('--offline', 'do not ask the gateway');
  benchVerb<TestFlags, SelftestResult>(command, openBench, {
    async run(doors, { port, gateway, tokenFile, offline }) {
      const options = { gateway, token: tokenOf(tokenFile), isOffline: offline };
      const result = await withBoard(port, (session) => selftest(doors, session, options));
      if (result.failed > 0) process.exitCode = TROUBLES['test-failed'];
      return result;
    },
    say: saySelftest,
  });
}

interface CalibrateFlags extends BenchFlags {
  port?: string;
  volumeMl: string;
  repeats: string;
}

/** Waits for Enter. */
function personAtTerminal(t: TFunction, signal: AbortSignal): Pourer & { close(): void } {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const lines = terminal[Symbol.asyncIterator]();
  signal.addEventListener('abort', () => terminal.close());
  return {
    async poured(pour, pours, volumeMl) {
      process.stderr.write(`${t('calibrate.pour', { pour, pours, volumeMl })} `);
      if ((await lines.next()).done) throw new Trouble('cancelled');
    },
    close: () => terminal.close(),
  };
}

/** What came of it, for people. */
export function sayCalibrate(result: CalibrateResult, t: TFunction): string {
  const { site, pulseUl, spreadPercent, calibrationId, beforeUl, pours } = result;
  const words = { site, pulseUl, spreadPercent, calibrationId, beforeUl };
  const outlier = pours.some(({ isOutlier }) => isOutlier) ? `\n${t('calibrate.outlier')}` : '';
  return `${t('calibrate.done', words)}${outlier}`;
}

function registerCalibrate(program: Command): void {
  const command = addPortFlag(
    program
      .command('calibrate')
      .description('pour a known volume some times: the volume of one pulse'),
  )
    .requiredOption('--volume-ml <volume>', 'what is poured each time, mL')
    .option('--repeats <times>', `how often, ${POURS_MIN} to ${POURS_MAX}`, String(POURS_USUAL));
  benchVerb<CalibrateFlags, CalibrateResult>(command, openBench, {
    async run(doors, { port, volumeMl, repeats }, t) {
      const volume = numberFlag('--volume-ml', volumeMl, 1, CALIBRATION_VOLUME_ML_MAX) as number;
      const pours = numberFlag('--repeats', repeats, POURS_MIN, POURS_MAX) as number;
      const person = personAtTerminal(t, doors.signal);
      try {
        const options = { volumeMl: Math.round(volume), pours: Math.round(pours) };
        return await withBoard(port, (session) => calibrate(doors, session, person, options));
      } finally {
        person.close();
      }
    },
    say: sayCalibrate,
  });
}

/** Adds the verbs. */
export function registerTestVerbs(program: Command): void {
  registerSelftest(program);
  registerCalibrate(program);
}
