/*
 * formats.ts: all exports by name: file, media type, what they need, and who writes them.
 * Way: facts -> one of the writers of this folder -> text or bytes, a piece at a time -> HTTP or a file. Pure.
 * Described in docs/exports.md.
 */
import type { SiteFacts } from '../core/facts/site-facts';
import { csvTable, hxlTable } from './csv';
import { dhis2Json } from './dhis2';
import type { ExportFacts, ExportRange } from './facts';
import { sitesGeojson } from './geojson';
import type { Partners } from './partners';
import { senmlCbor, senmlJson } from './senml';
import { signedKeys, signedRecords } from './signed';
import { DAY_COLUMNS, RECORD_COLUMNS } from './tables';
import { wpdxCsv } from './wpdx';

/** What an export is made of. */
export interface ExportOrder {
  facts: ExportFacts;
  range: ExportRange;
  /** What is known of a site now; null for one that is not there. */
  siteFacts(site: string): SiteFacts | null;
  /** null = nobody has written the partners' file. */
  partners: Partners | null;
  /** http://host of the gateway, for links; null = no links. */
  linkBase: string | null;
  /** Is told what is not in the file, and why: in words, one for each reason, or for each site. */
  leftOut(words: string): void;
}

/** One export. */
export interface ExportFormat {
  /** Its name in addresses and flags, and as a file. */
  name: string;
  mediaType: string;
  /** Part of the partners' file that must be there. */
  needs?: 'wpdx' | 'dhis2';
  /** For whom it is, in few words. */
  words: string;
  write(order: ExportOrder): Iterable<string | Uint8Array>;
}

/** Told once at the end, not a million times. */
function* counted<T>(
  write: (onOne: () => void) => Iterable<T>,
  leftOut: (words: string) => void,
  words: string,
): Generator<T> {
  let count = 0;
  yield* write(() => {
    count += 1;
  });
  if (count > 0) leftOut(`${count} ${words}`);
}

const UNDATED = 'records whose time is not known';

function* siteFactsOf({ facts, range, siteFacts }: ExportOrder): Generator<SiteFacts> {
  for (const { site } of facts.sites(range)) {
    const known = siteFacts(site);
    if (known !== null) yield known;
  }
}

function* wpdxSites(order: ExportOrder) {
  const { facts, range } = order;
  for (const known of siteFactsOf(order)) {
    yield { facts: known, lastDraw: facts.lastUse(known.site, range) };
  }
}

function writeWpdx(order: ExportOrder): Iterable<string> {
  const { facts, partners, linkBase, leftOut } = order;
  if (partners?.wpdx === undefined) throw new Error('the partners file has no "wpdx"');
  const base = partners.linkBase ?? linkBase;
  return wpdxCsv(facts.pod, partners.wpdx, base, wpdxSites(order), (site, why) =>
    leftOut(`${site} ${why}`),
  );
}

function writeDhis2({ facts, range, partners, leftOut }: ExportOrder): Iterable<string> {
  if (partners?.dhis2 === undefined) throw new Error('the partners file has no "dhis2"');
  return dhis2Json(partners.dhis2, facts.days(range), (site) =>
    leftOut(`${site} has no orgUnit in the partners file`),
  );
}

/** All exports, in the order in which they are made. */
export const EXPORT_FORMATS: readonly ExportFormat[] = [
  {
    ...{ name: 'days.csv', mediaType: 'text/csv; charset=utf-8; header=present' },
    words: 'daily sums, for spreadsheets',
    write: ({ facts, range }) => csvTable(DAY_COLUMNS, facts.days(range)),
  },
  {
    ...{ name: 'days-hxl.csv', mediaType: 'text/csv; charset=utf-8; header=present' },
    words: 'daily sums with HXL tags, for humanitarian data',
    write: ({ facts, range }) => hxlTable(DAY_COLUMNS, facts.days(range)),
  },
  {
    ...{ name: 'records.csv', mediaType: 'text/csv; charset=utf-8; header=present' },
    words: 'every record, for spreadsheets and statistics',
    write: ({ facts, range }) => csvTable(RECORD_COLUMNS, facts.records(range)),
  },
  {
    ...{ name: 'records-hxl.csv', mediaType: 'text/csv; charset=utf-8; header=present' },
    words: 'every record with HXL tags',
    write: ({ facts, range }) => hxlTable(RECORD_COLUMNS, facts.records(range)),
  },
  {
    ...{ name: 'sites.geojson', mediaType: 'application/geo+json' },
    words: 'sites with their status, for maps',
    write: (order) => sitesGeojson(siteFactsOf(order)),
  },
  {
    ...{ name: 'wpdx.csv', mediaType: 'text/csv; charset=utf-8; header=present', needs: 'wpdx' },
    words: 'water points for the Water Point Data Exchange',
    write: writeWpdx,
  },
  {
    ...{ name: 'dhis2.json', mediaType: 'application/json', needs: 'dhis2' },
    words: 'daily or monthly sums for DHIS2',
    write: writeDhis2,
  },
  {
    ...{ name: 'senml.json', mediaType: 'application/senml+json' },
    words: 'every record as SenML, for programs',
    write: ({ facts, range, leftOut }) =>
      counted((one) => senmlJson(facts.pod, facts.records(range), one), leftOut, UNDATED),
  },
  {
    ...{ name: 'senml.cbor', mediaType: 'application/senml+cbor' },
    words: 'the same in CBOR',
    write: ({ facts, range, leftOut }) =>
      counted((one) => senmlCbor(facts.pod, facts.records(range), one), leftOut, UNDATED),
  },
  {
    ...{ name: 'records.cborseq', mediaType: 'application/cbor-seq' },
    words: 'the signed records themselves (COSE_Sign1)',
    write: ({ facts, range }) => signedRecords(facts.records(range)),
  },
  {
    ...{ name: 'keys.json', mediaType: 'application/json' },
    words: 'the public keys that verify them',
    write: ({ facts, range }) => [signedKeys(facts.pod, facts.keys(range))],
  },
];

/** Looks an export up by its name. */
export function exportFormat(name: string): ExportFormat | undefined {
  return EXPORT_FORMATS.find((format) => format.name === name);
}

/** Gathers small pieces into larger ones, as bytes. @param chars about how many to gather */
export function* gathered(
  pieces: Iterable<string | Uint8Array>,
  chars: number,
): Generator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let text = '';
  let size = 0;
  const flushText = () => {
    if (text !== '') parts.push(new TextEncoder().encode(text));
    text = '';
  };
  for (const piece of pieces) {
    if (piece.length === 0) {
      // Whoever takes the pieces gives others their turn between two of them.
      yield new Uint8Array();
      continue;
    }
    size += piece.length;
    if (typeof piece === 'string') text += piece;
    else {
      flushText();
      parts.push(piece);
    }
    if (size < chars) continue;
    flushText();
    yield Buffer.concat(parts);
    [parts, size] = [[], 0];
  }
  flushText();
  if (parts.length > 0) yield Buffer.concat(parts);
}
