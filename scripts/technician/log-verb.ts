/*
 * log-verb.ts: `tallywell log`: shows what was done at this bench, and checks that nothing of it was changed.
 * Way: log.jsonl -> lines for people, or JSON.
 */
import type { Command } from 'commander';
import type { TFunction } from 'i18next';
import type { ActDoors } from './bench';
import { openBench, verifyLog } from './bench-folder';
import type { LogLine } from './bench-log';
import { Trouble } from './trouble';
import { type BenchFlags, benchVerb } from './verb';

interface LogFlags extends BenchFlags {
  check?: boolean;
  last?: string;
  site?: string;
}

/** What `log` answers. */
export interface LogResult {
  lines: LogLine[];
  /** Lines there are in all. */
  count: number;
  isChecked: boolean;
  isTorn: boolean;
}

/** Reads and checks. Throws: Trouble bad-file, when a line is not as it was written. */
export async function showLog(
  { bench }: ActDoors,
  { site, last }: { site?: string; last?: number },
): Promise<LogResult> {
  const { lines, wrongLine, reason, isTorn } = verifyLog(bench.folder);
  if (wrongLine !== null) {
    const fault = `line ${wrongLine}: ${reason}`;
    throw new Trouble('bad-file', { file: `${bench.folder}/log.jsonl`, fault });
  }
  const chosen = lines.filter((line) => site === undefined || line.site === site);
  const shown = last === undefined ? chosen : chosen.slice(-last);
  return { lines: shown, count: lines.length, isChecked: true, isTorn };
}

function dateOf(atS: number): string {
  return new Date(atS * 1000).toISOString().slice(0, 16).replace('T', ' ');
}

function sayLine(line: LogLine, t: TFunction): string {
  const facts = Object.entries(line.facts).map(([name, value]) => `${name}=${value}`);
  const outcome = line.outcome === 'done' ? t('log.done') : t('log.failed');
  const words = [line.number, dateOf(line.atS), line.act, line.site ?? '-', line.device || '-'];
  return [...words, outcome, line.trouble ?? '', ...facts].filter((word) => word !== '').join('  ');
}

/** Adds the verb. */
export function registerLogVerb(program: Command): void {
  const command = program
    .command('log')
    .description('what was done at this bench: signed, one line an act')
    .option('--check', 'only say whether the log is as it was written')
    .option('--last <count>', 'only the newest so many lines')
    .option('--site <site>', 'only what was done for this site');
  benchVerb<LogFlags, LogResult>(command, openBench, {
    async run(doors, { site, last, check }) {
      const result = await showLog(doors, {
        site,
        last: last === undefined ? undefined : Number(last) || 0,
      });
      return check ? { ...result, lines: [] } : result;
    },
    say({ lines, count, isTorn }, t) {
      const texts = lines.map((line) => sayLine(line, t));
      const verdict = t(isTorn ? 'log.torn' : 'log.good', { count });
      return [...texts, verdict].join('\n');
    },
  });
}
