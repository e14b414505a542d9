/*
 * batch-flags.ts: `tallywell flash --batch sites.csv`: its flags, progress of several boards in plain lines, its result in words.
 * Way: flash-verb.ts -> run.ts.
 */
import { join, resolve } from 'node:path';
import type { TFunction } from 'i18next';
import type { ActDoors } from '../bench';
import { readOrNull } from '../bench-files';
import { tokenOf } from '../gateway-client';
import { type Progress, SILENT } from '../progress';
import { TROUBLES, Trouble } from '../trouble';
import type { BenchFlags } from '../verb';
import { languageOf, troubleWords } from '../words';
import { type BatchRow, readRows } from './rows';
import { type BatchResult, batch } from './run';

/** Flags of a batch. */
export interface BatchFlags extends BenchFlags {
  batch: string;
  port?: string[];
  register?: string;
  gateway?: string;
  tokenFile?: string;
  out?: string;
  withRadio?: boolean;
}

/** A result for the command line; troubles in words. */
export interface BatchSaid extends Omit<BatchResult, 'boards'> {
  boards: object[];
  /** Rows of the file, in order. */
  rows: { line: number; site: string; profile: string; slot: number | null }[];
  /** For people. */
  text: string;
}

/** Plain lines on stderr, each with its port: several boards talk at once. */
function linesOfPort(port: string, t: TFunction): Progress {
  const tell = (text: string) => void process.stderr.write(`${port}  ${text}\n`);
  return {
    step: (step, details) => tell(t(`step.${step}`, { ...details })),
    share: () => {},
    note: (note, details) => tell(t(`note.${note}`, { ...details })),
  };
}

function rowsOf(file: string): BatchRow[] {
  const bytes = readOrNull(file);
  if (bytes === null) throw new Trouble('bad-file', { file, fault: 'no-file' });
  return readRows(file, bytes.toString());
}

function textOf(result: BatchResult, rows: BatchSaid['rows'], t: TFunction): string {
  if (result.isDryRun) {
    const plan = rows.map((row) => t('batch.plan-row', { ...row, slot: row.slot ?? '-' }));
    return [t('batch.plan', { count: rows.length }), ...plan].join('\n');
  }
  const { good, failed, open, files, boards } = result;
  const said = boards.flatMap((end) => {
    const { site, slot, port, device, seconds, trouble, gaveBack } = end;
    const outcome = t(`outcome.${trouble === null ? 'pass' : 'fail'}`);
    const place = { site: site || '-', slot: slot ?? '-' };
    const line = t('batch.board', { ...place, port, device, seconds, outcome });
    if (trouble === null) return line;
    const { what, next } = troubleWords(t, trouble);
    const back = gaveBack === null ? [] : [`    ${t('batch.gave-back', { site: gaveBack })}`];
    return [line, ...back, `    ${trouble.code}: ${what}`, `    ${t('next')} ${next}`];
  });
  if (open.length > 0) said.push(t('batch.open', { sites: open.join(', ') }));
  return [...said, t('batch.sum', { good, failed, files: files.join(', ') })].join('\n');
}

/** Runs a batch by its flags; sets the exit code when a board failed. Throws: what batch throws. */
export async function runBatch(
  doors: ActDoors,
  flags: BatchFlags,
  t: TFunction,
): Promise<BatchSaid> {
  const rows = rowsOf(flags.batch);
  const { register = 'none', gateway, port: ports = [], withRadio: hasRadio = false } = flags;
  const isGateway = register === 'gateway';
  const result = await batch(doors, {
    ...{ rows, ports, language: languageOf(flags.lang) },
    chain: {
      registers: isGateway ? 'gateway' : 'none',
      ...{ gateway, hasRadio, token: isGateway ? tokenOf(flags.tokenFile) : null },
    },
    registerTo: isGateway || register === 'none' ? null : resolve(register),
    out: resolve(flags.out ?? join(doors.bench.folder, 'batch')),
    progressOf: (port) => (flags.json ? SILENT : linesOfPort(port, t)),
  });
  if (result.failed > 0) process.exitCode = TROUBLES['batch-incomplete'];
  const plan = rows.map(({ line, options: { site, profile = '', slot = null } }) => ({
    ...{ line, site, profile, slot },
  }));
  const boards = result.boards.map((end) => ({
    ...end,
    trouble: end.trouble && {
      ...{ code: end.trouble.code, details: end.trouble.details },
      ...troubleWords(t, end.trouble),
    },
  }));
  return { ...result, boards, rows: plan, text: textOf(result, plan, t) };
}
