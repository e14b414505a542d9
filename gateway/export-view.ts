/*
 * export-view.ts: what the HTTP server answers below /api/v1/export, and single signed records.
 * Way: query -> range -> gateway/export -> pieces that are made while they are sent.
 * Described in docs/api.md and docs/exports.md.
 */
import { coseSign1 } from '../shared/cose';
import type { SiteFacts } from './core/facts/site-facts';
import { type Answer, BYTE_TYPES, errorAnswer, jsonAnswer } from './edges/http/answer';
import type { RecordReader } from './edges/store/read-records';
import type { ExportFacts, ExportRange } from './export/facts';
import { EXPORT_FORMATS, type ExportFormat, exportFormat, gathered } from './export/formats';
import type { Partners } from './export/partners';
import { readRange } from './export/range';
import { EXPORT_CHUNK_CHARS, EXPORT_RETRY_S, EXPORTS_AT_ONCE_MAX } from './limits/export';

/** What the view reads. */
export interface ExportDoors {
  facts: ExportFacts;
  records: Pick<RecordReader, 'recordsOfSite'>;
  siteFacts(site: string): SiteFacts | null;
  /** The partners' file as it is now; null = there is none. */
  partners(): Partners | { wrong: string } | null;
  nowMs(): number;
}

/** http://host for links, from what was asked for; null where that is no name. */
export function linkBaseOf(host: string): string | null {
  return /^[A-Za-z0-9.:[\]-]{1,255}$/.test(host) ? `http://${host}` : null;
}

function listAnswer(): Answer {
  return jsonAnswer({
    exports: EXPORT_FORMATS.map(({ name, mediaType, words, needs }) => ({
      ...{ name, mediaType, words, needs: needs ?? null },
    })),
  });
}

/** The partners' names, or what to answer instead. */
function partnersFor(doors: ExportDoors, { needs }: ExportFormat): Partners | null | Answer {
  if (needs === undefined) return null;
  const partners = doors.partners();
  if (partners === null || !('wrong' in partners)) {
    if (partners?.[needs] !== undefined) return partners;
    return errorAnswer(404, `this needs "${needs}" in partners.json beside the database`);
  }
  return errorAnswer(409, `partners.json: ${partners.wrong}`);
}

function isAnswer(value: object | null): value is Answer {
  return value !== null && 'status' in value && 'body' in value;
}

/** Makes the answer function of /api/v1/export/… */
export function createExportView(doors: ExportDoors) {
  let running = 0;
  /** Counts from the first piece to the last, or to the moment when the other side goes away. */
  function* bounded(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
    running += 1;
    try {
      yield* pieces;
    } finally {
      running -= 1;
    }
  }
  const answer = (format: ExportFormat, range: ExportRange, host: string): Answer => {
    const partners = partnersFor(doors, format);
    if (isAnswer(partners)) return partners;
    if (running >= EXPORTS_AT_ONCE_MAX) {
      const wait = { 'Retry-After': String(EXPORT_RETRY_S) };
      return errorAnswer(503, `${running} exports run already: come again later`, wait);
    }
    const { facts, siteFacts } = doors;
    const order = { facts, siteFacts, range, partners, linkBase: linkBaseOf(host) };
    const type = BYTE_TYPES.find((one) => one === format.mediaType) ?? 'application/json';
    const pieces = gathered(format.write({ ...order, leftOut: () => {} }), EXPORT_CHUNK_CHARS);
    const name = `attachment; filename="tallywell-${facts.pod}-${format.name}"`;
    return { status: 200, type, body: bounded(pieces), headers: { 'Content-Disposition': name } };
  };
  return (rest: string[], query: URLSearchParams, host: string): Answer => {
    if (rest.length === 0 || (rest.length === 1 && rest[0] === '')) return listAnswer();
    const format = rest.length === 1 ? exportFormat(rest[0]) : undefined;
    if (format === undefined) return errorAnswer(404, 'no such export');
    const asked = {
      sites: query.getAll('site'),
      from: query.get('from'),
      to: query.get('to'),
    };
    const range = readRange(asked, { name: format.name, nowS: Math.floor(doors.nowMs() / 1000) });
    if ('wrong' in range) return errorAnswer(400, range.wrong);
    const known = doors.facts.sites(range).length;
    if (range.sites !== null && known < range.sites.length) return errorAnswer(404, 'no such site');
    return answer(format, range, host);
  };
}

/** One record's COSE_Sign1: /api/v1/sites/<site>/records/<id>.cose */
export function signedRecordAnswer(
  { recordsOfSite }: Pick<RecordReader, 'recordsOfSite'>,
  site: string,
  name: string,
): Answer {
  const id = /^([1-9]\d{0,14})\.cose$/.exec(name);
  if (id === null) return errorAnswer(404, 'not found');
  const [row] = recordsOfSite(site, Number(id[1]) - 1, 1).rows;
  if (row?.id !== Number(id[1])) return errorAnswer(404, 'no such record of this site');
  const body = coseSign1(row.payload, row.signature);
  return { status: 200, type: 'application/cose; cose-type="cose-sign1"', body };
}
