/*
 * label-verb.ts: `tallywell label`: labels to print.
 * Way: flags -> label.ts.
 */
import type { Command } from 'commander';
import { openBench } from './bench-folder';
import { type LabelResult, makeLabels } from './label';
import { SHEETS, type Size } from './label-layout';
import { numberFlag } from './provision-verb';
import { Trouble } from './trouble';
import { type BenchFlags, benchVerb } from './verb';

interface LabelFlags extends BenchFlags {
  site?: string[];
  sheet?: string;
  size?: string;
  skip?: string;
  out: string;
}

function sizeOf(text: string | undefined): Size | undefined {
  if (text === undefined) return undefined;
  const found = /^(\d{1,3}(?:\.\d)?)x(\d{1,3}(?:\.\d)?)$/.exec(text);
  if (found === null) throw new Trouble('bad-file', { file: '--size', fault: '70x37' });
  return { widthMm: Number(found[1]), heightMm: Number(found[2]) };
}

/** Adds the verb. */
export function registerLabelVerb(program: Command): void {
  const command = program
    .command('label')
    .description('labels for nodes: name, short id, key words, QR code; never a secret')
    .requiredOption('--out <file>', 'file to write: .pdf or .svg')
    .option('--site <sites...>', 'only these sites; else all that have a node')
    .option('--sheet <labels>', `labels on an A4 sheet: ${Object.keys(SHEETS).join(', ')}`)
    .option('--size <mm>', 'size of a single label, 70x37')
    .option('--skip <places>', 'places of the first sheet that are used already');
  benchVerb<LabelFlags, LabelResult>(command, openBench, {
    run: async (doors, { site, sheet, size, skip, out }) =>
      makeLabels(doors, {
        ...{ sites: site, sheet, size: sizeOf(size), out },
        skip: Math.floor(numberFlag('--skip', skip, 0, 1000) ?? 0),
      }),
    say: ({ files, sites, isDryRun }, t) =>
      t(isDryRun ? 'label.plan' : 'label.done', { files: files.join(', '), count: sites.length }),
  });
}
