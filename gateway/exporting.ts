/*
 * exporting.ts: exports as files, beside a running gateway: each is there as a whole or not at all, with its checksum.
 * Way: DIR/gateway.sqlite -> gateway/export -> FOLDER/NAME, and a manifest at the end.
 * Described in docs/exports.md.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { SiteFacts } from './core/facts/site-facts';
import { siteFactsOf } from './core/facts/site-facts-of';
import { renameDurably, writeDurably } from './edges/durable';
import { MIGRATIONS } from './edges/store/migrations';
import { createExportReader } from './edges/store/read-export';
import { createFactsReader } from './edges/store/read-facts';
import { createSiteReader, type SiteReader } from './edges/store/read-sites';
import { Sqlite } from './edges/store/sqlite';
import type { ExportFacts, ExportRange } from './export/facts';
import { type ExportFormat, type ExportOrder, gathered } from './export/formats';
import { isoTime } from './export/units';
import { EXPORT_CHUNK_CHARS } from './limits/export';
import { FACTS_WAIT_MS } from './limits/store';

const DAY_S = 86_400;

/** What is known of a site now. @param nowS Unix time by the gateway's clock, s */
export function siteFactsReader(database: Database, nowS: () => number, sites?: SiteReader) {
  const reader = createFactsReader(database, sites ?? createSiteReader(database));
  return (site: string): SiteFacts | null => {
    const stored = reader.readFacts(site, nowS() - (nowS() % DAY_S));
    return stored === null ? null : siteFactsOf(stored, nowS());
  };
}

/** A database opened for exports. */
export interface OpenExport {
  facts: ExportFacts;
  /** Row of the newest record that is in the exports; 0 = none. */
  newestId: number;
  siteFacts: ExportOrder['siteFacts'];
  close(): void;
}

/**
 * Opens a database for reading, as it is now: records that come later are not in the exports.
 * @param nowS Unix time by the gateway's clock, for what holds "now", s; null = not known: when a record last came
 * Throws: when it is not there, or of a form that this program does not read; what SQLite throws.
 */
export function openExport(dataDir: string, nowS: number | null): OpenExport {
  const path = join(dataDir, 'gateway.sqlite');
  if (!existsSync(path)) throw new Error(`${path} is not there`);
  const database = new Sqlite(path, { readonly: true, timeout: FACTS_WAIT_MS });
  try {
    const form = database.pragma('user_version', { simple: true }) as number;
    if (form !== MIGRATIONS.length) {
      const fix = form > MIGRATIONS.length ? 'use a newer Tallywell' : 'start the gateway once';
      throw new Error(`the database has form ${form}, not ${MIGRATIONS.length}: ${fix}`);
    }
    const one = (sql: string) => database.prepare(sql).pluck().get();
    const pod = String(one("SELECT value FROM meta WHERE name = 'pod'") ?? 'pod');
    const newestId = one('SELECT coalesce(max(id), 0) FROM record') as number;
    const facts = createExportReader(database, pod, newestId);
    const atS = nowS ?? facts.lastReceivedS();
    return {
      facts,
      newestId,
      siteFacts: siteFactsReader(database, () => atS),
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** A file that was written. */
export interface ExportedFile {
  name: string;
  mediaType: string;
  bytes: number;
  /** SHA-256, hex. */
  sha256: string;
  /** What is not in it, and why, in words. */
  leftOut: string[];
}

/** What a manifest says of an export. */
export interface ExportManifest {
  pod: string;
  program: string;
  /** When, ISO 8601; null = the time was not known. */
  made: string | null;
  from: string;
  before: string;
  /** null = all. */
  sites: readonly string[] | null;
  newestRecord: number;
  files: ExportedFile[];
  /** Exports that were not made, and why. */
  notMade: { name: string; why: string }[];
}

/** What a person is told when a disk does not take an export. */
export function exportTrouble(error: unknown, folder: string): Error {
  const code = String((error as { code?: unknown } | null)?.code ?? '');
  const words: Record<string, string> = {
    ENOSPC: 'is full',
    EDQUOT: 'is full',
    EFBIG: 'takes no file of this size (FAT takes up to 4 GB)',
    EROFS: 'is read-only: is the stick locked, or damaged?',
    EACCES: 'may not be written by this user',
    EPERM: 'may not be written by this user',
    ENOTDIR: 'is no folder',
    EISDIR: 'holds a folder with the name of a file',
    ENOENT: 'is not there',
    EIO: 'was pulled out, or fails',
    ENODEV: 'was pulled out, or fails',
  };
  const found = words[code];
  return found === undefined ? (error as Error) : new Error(`${folder}: ${found}`);
}

/**
 * Writes one export to a file, whole or not at all. Throws: what the file system throws; what the format needs is missing.
 * @param progress is told the share done, 0..1
 */
export function writeExport(
  path: string,
  format: ExportFormat,
  order: Omit<ExportOrder, 'leftOut'>,
  progress: (share: number) => void,
): ExportedFile {
  const part = `${path}.part`;
  const leftOut: string[] = [];
  const hash = createHash('sha256');
  let bytes = 0;
  const file = openSync(part, 'w', 0o644);
  try {
    const pieces = format.write({ ...order, leftOut: (words) => leftOut.push(words) });
    for (const piece of gathered(pieces, EXPORT_CHUNK_CHARS)) {
      hash.update(piece);
      for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
      bytes += piece.length;
      progress(order.facts.share());
    }
    fsyncSync(file);
  } catch (error) {
    closeSync(file);
    rmSync(part, { force: true });
    throw error;
  }
  closeSync(file);
  try {
    renameDurably(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  const { name, mediaType } = format;
  return { name, mediaType, bytes, sha256: hash.digest('hex'), leftOut };
}

/** What is to be written into a folder. */
export interface FolderOrder extends Omit<ExportOrder, 'leftOut'> {
  formats: readonly ExportFormat[];
  folder: string;
  newestId: number;
  program: string;
  /** Unix s; null = not known. */
  madeS: number | null;
  progress(name: string, share: number): void;
}

const MANIFEST = 'manifest.json';
const SUMS = 'SHA256SUMS';

function manifestOf(order: FolderOrder, range: ExportRange): ExportManifest {
  return {
    ...{ pod: order.facts.pod, program: order.program, made: isoTime(order.madeS) },
    ...{ from: isoTime(range.fromS), before: isoTime(range.beforeS), sites: range.sites },
    ...{ newestRecord: order.newestId, files: [], notMade: [] },
  };
}

/**
 * Writes exports into a folder, and last a manifest and SHA256SUMS: a folder without them is not finished.
 * What lacks its part of the partners' file is not made, and the manifest says so.
 * Throws: Error in words, see exportTrouble().
 */
export function writeExports(order: FolderOrder): ExportManifest {
  const { folder, formats, partners } = order;
  const manifest = manifestOf(order, order.range);
  try {
    mkdirSync(folder, { recursive: true });
    for (const name of [MANIFEST, SUMS]) rmSync(join(folder, name), { force: true });
    for (const format of formats) {
      if (format.needs !== undefined && partners?.[format.needs] === undefined) {
        const why = `the partners file has no "${format.needs}"`;
        manifest.notMade.push({ name: format.name, why });
        continue;
      }
      const path = join(folder, format.name);
      const show = (share: number) => order.progress(format.name, share);
      manifest.files.push(writeExport(path, format, order, show));
    }
    const sums = manifest.files.map(({ sha256, name }) => `${sha256}  ${name}\n`).join('');
    writeDurably(join(folder, SUMS), sums, 0o644);
    writeDurably(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, 0o644);
    return manifest;
  } catch (error) {
    throw exportTrouble(error, folder);
  }
}
