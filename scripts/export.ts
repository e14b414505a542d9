/*
 * export.ts: the verb `tallywell export`: what is stored as files that partners accept, beside a running gateway.
 * Way: command line -> gateway/exporting.ts -> a file, a folder, sticks, or stdout. Described in docs/exports.md.
 */
import { existsSync, statSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { recallClock } from '../gateway/clock-keeping';
import { systemClock } from '../gateway/edges/clock';
import { thisMachine } from '../gateway/edges/machine';
import { mountedSticks } from '../gateway/edges/sticks';
import { openFacts } from '../gateway/edges/store/facts';
import type { ExportRange } from '../gateway/export/facts';
import {
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportOrder,
  exportFormat,
  gathered,
} from '../gateway/export/formats';
import type { Partners } from '../gateway/export/partners';
import { readRange } from '../gateway/export/range';
import {
  type ExportManifest,
  exportTrouble,
  type OpenExport,
  openExport,
  writeExport,
  writeExports,
} from '../gateway/exporting';
import { EXPORT_CHUNK_CHARS } from '../gateway/limits/export';
import { PARTNERS_FILE, partnersFile } from '../gateway/partners-file';
import packageJson from '../package.json';
import { addDataFlags, type DataFlags, dataFolderOf } from './data-folder';
import { progressLine } from './progress';

interface ExportFlags extends DataFlags {
  format?: ExportFormat[];
  site?: string[];
  from?: string;
  to?: string;
  out?: string;
  usb?: boolean;
  partners?: string;
  linkBase?: string;
  list?: boolean;
  json?: boolean;
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

function readFormat(text: string, before: ExportFormat[] = []): ExportFormat[] {
  const format = exportFormat(text);
  if (format !== undefined) return [...before, format];
  const names = EXPORT_FORMATS.map(({ name }) => name).join(', ');
  throw new InvalidArgumentError(`one of ${names}`);
}

function readLinkBase(text: string): string {
  if (/^https?:\/\/[^\s"]+[^\s"/]$/.test(text)) return text;
  throw new InvalidArgumentError('http://host:port, without a slash at the end');
}

/** The time now as far as this machine can prove it, Unix s; null = not known. */
function nowOf(dataDir: string): number | null {
  const clock = systemClock(thisMachine());
  const facts = openFacts(join(dataDir, 'gateway.sqlite'));
  recallClock(clock, { meta: facts.read, lastReceivedS: facts.lastReceivedS });
  facts.close();
  return clock.state() === 'unknown' ? null : Math.floor(clock.nowMs() / 1000);
}

/** The partners' file: the one that is named must be there and right. Throws: Error in words. */
function partnersOf(flags: ExportFlags, dataDir: string): Partners | null {
  const path = flags.partners ?? join(dataDir, PARTNERS_FILE);
  const partners = partnersFile(path);
  if (partners === null && flags.partners !== undefined) throw new Error(`${path} is not there`);
  if (partners !== null && 'wrong' in partners) throw new Error(`${path}: ${partners.wrong}`);
  return partners;
}

/** Is a folder there? Throws: Error in words. */
function isFolderAt(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch (error) {
    throw exportTrouble(error, dirname(path));
  }
}

/** Where to: folders, one file, or null for stdout. */
function placeOf(
  flags: ExportFlags,
  dataDir: string,
  pod: string,
): { folders: string[] } | { file: string } | null {
  if (flags.usb === true) {
    const sticks = mountedSticks(dataDir).filter(({ isReadOnly }) => !isReadOnly);
    if (sticks.length === 0) throw new Error('no stick is mounted that can be written to');
    return { folders: sticks.map(({ folder }) => join(folder, 'tallywell', `export-${pod}`)) };
  }
  const isOne = flags.format?.length === 1;
  if (flags.out === undefined || flags.out === '-') {
    if (isOne) return null;
    throw new Error('where to? Add --out FOLDER or --usb, or one --format');
  }
  const isFolder = isFolderAt(flags.out);
  const looksLikeFolder = /[/\\]$/.test(flags.out);
  return isOne && !isFolder && !looksLikeFolder ? { file: flags.out } : { folders: [flags.out] };
}

/** What is left out must not get lost. */
function tellLeftOut(name: string, leftOut: readonly string[]): void {
  for (const words of leftOut) process.stderr.write(`export: ${name}: left out: ${words}\n`);
}

function toStdout(format: ExportFormat, order: Omit<ExportOrder, 'leftOut'>): void {
  if (format.needs !== undefined && order.partners?.[format.needs] === undefined)
    throw new Error(`${format.name} needs "${format.needs}" in the partners file`);
  const pieces = format.write({ ...order, leftOut: (words) => tellLeftOut(format.name, [words]) });
  for (const piece of gathered(pieces, EXPORT_CHUNK_CHARS)) writeAll(piece);
}

/** Writes to stdout at the pace of whoever reads it, also where that is a pipe that is full. */
function writeAll(piece: Uint8Array): void {
  for (let at = 0; at < piece.length; ) {
    try {
      at += writeSync(1, piece, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(0);
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function manifestWords(folder: string, { files, notMade }: ExportManifest): string {
  const lines = files.map(
    ({ name, bytes, sha256 }) =>
      `  ${name.padEnd(18)} ${String(bytes).padStart(12)} bytes  ${sha256}`,
  );
  const not = notMade.map(({ name, why }) => `  ${name.padEnd(18)} not made: ${why}`);
  return [`${folder}:`, ...lines, ...not].join('\n');
}

function rangeOf(flags: ExportFlags, format: string, nowS: number): ExportRange {
  const asked = { sites: flags.site ?? [], from: flags.from ?? null, to: flags.to ?? null };
  const range = readRange(asked, { name: format, nowS });
  if ('wrong' in range) throw new Error(range.wrong);
  return range;
}

function checkSites(opened: OpenExport, range: ExportRange): void {
  const known = opened.facts.sites(range).map(({ site }) => site);
  const missing = (range.sites ?? []).filter((site) => !known.includes(site));
  if (missing.length > 0) throw new Error(`no such site: ${missing.join(', ')}`);
}

function exportTo(flags: ExportFlags, dataDir: string, opened: OpenExport, madeS: number | null) {
  const partners = partnersOf(flags, dataDir);
  const formats = flags.format ?? EXPORT_FORMATS;
  const nowS = madeS ?? opened.facts.lastReceivedS();
  const range = rangeOf(flags, formats.length === 1 ? formats[0].name : '', nowS);
  checkSites(opened, range);
  const { facts, siteFacts, newestId } = opened;
  const linkBase = flags.linkBase ?? partners?.linkBase ?? null;
  const order = { facts, siteFacts, range, partners, linkBase };
  const place = placeOf(flags, dataDir, facts.pod);
  const line = progressLine();
  if (place === null) return toStdout(formats[0], order);
  if ('file' in place) {
    const { needs, name } = formats[0];
    if (needs !== undefined && partners?.[needs] === undefined)
      throw new Error(`${name} needs "${needs}" in the partners file`);
    try {
      const done = writeExport(place.file, formats[0], order, (share) => line.show(name, share));
      line.end();
      tellLeftOut(name, done.leftOut);
      say(flags.json ? JSON.stringify(done) : `${place.file}: ${done.bytes} bytes  ${done.sha256}`);
    } catch (error) {
      throw exportTrouble(error, dirname(place.file));
    }
    return;
  }
  for (const folder of place.folders) {
    const more = { formats, folder, newestId, program: packageJson.version, madeS };
    const manifest = writeExports({ ...order, ...more, progress: line.show });
    line.end();
    for (const { name, leftOut } of manifest.files) tellLeftOut(name, leftOut);
    say(flags.json ? JSON.stringify({ folder, manifest }) : manifestWords(folder, manifest));
  }
}

function run(flags: ExportFlags): void {
  if (flags.list === true) {
    for (const { name, words } of EXPORT_FORMATS) say(`${name.padEnd(18)} ${words}`);
    return;
  }
  const { data } = dataFolderOf(flags);
  const path = join(data, 'gateway.sqlite');
  if (!existsSync(path)) throw new Error(`${path} is not there`);
  const madeS = nowOf(data);
  const opened = openExport(data, madeS);
  try {
    exportTo(flags, data, opened, madeS);
  } finally {
    opened.close();
  }
}

/** Adds the verb `export` to the program. */
export function registerExportCommand(program: Command): void {
  const verb = program
    .command('export')
    .description('Write what is stored as files that partners accept, while the gateway runs.');
  addDataFlags(verb)
    .option('--format <name>', 'one export, again for more; else all (see --list)', readFormat)
    .option('--site <name...>', 'only these sites')
    .option(
      '--from <time>',
      'only from this time on: 2026-03-01, 2026-03-01T06:00Z or Unix seconds',
    )
    .option('--to <time>', 'only before this time')
    .option('--out <path>', 'folder, or the file of one --format; - or nothing: standard output')
    .option('--usb', 'onto every stick that is mounted, into tallywell/export-POD')
    .option(
      '--partners <file>',
      `partners' names of sites; else ${PARTNERS_FILE} beside the database`,
    )
    .option(
      '--link-base <url>',
      'address of this gateway for links to signed records',
      readLinkBase,
    )
    .option('--list', 'list the exports')
    .option('--json', 'answer as lines of JSON')
    .action((flags: ExportFlags) => {
      try {
        run(flags);
      } catch (error) {
        process.stderr.write(`export: ${(error as Error).message}\n`);
        process.exitCode = 1;
      }
    });
}
