/*
 * log-verb.ts: `tallywell log`: shows what was done at this bench, and checks that nothing of it was changed.
 * Way: log.jsonl -> lines for people, or JSON.
 */
import type { Command } from 'commander';
import type { TFunction } from 'i18next';
import { fingerprintOf } from '../../gateway/recovery';
import { fromHex } from '../../shared/bytes';
import type { ActDoors } from './bench';
import { benchPublicKey, openBench, verifyLog } from './bench-folder';
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
  /** Public key of the bench, 64 hex digits: it signed all lines. */
  bench: string;
  isTorn: boolean;
}

/** Reads and checks. Throws: Trouble bad-file, when a line is not as it was written. */
export async function showLog(
  { bench }: ActDoors,
  { site, last }: { site?: string; last?: number },
): Promise<LogResult> {
  const { lines, wrongLine, reason, isTorn } = verifyLog(bench.folder);
  if (wrongLine !== null) {
    const file = `${bench.folder}/log.jsonl`;
    const found = String(reason);
    throw new Trouble('bad-file', { file, fault: 'line-changed', line: wrongLine, found });
  }
  const chosen = lines.filter((line) => site === undefined || line.site === site);
  const shown = last === undefined ? chosen : chosen.slice(-last);
  return { lines: shown, count: lines.length, bench: benchPublicKey(bench.folder), isTorn };
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
    say({ lines, count, isTorn, bench }, t) {
      const texts = lines.map((line) => sayLine(line, t));
      const verdict = t(isTorn ? 'log.torn' : 'log.good', { count });
      const signed = t('log.bench', { bench, fingerprint: fingerprintOf(fromHex(bench)) });
      return [...texts, verdict, signed].join('\n');
    },
  });
}
