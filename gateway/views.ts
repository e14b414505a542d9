/*
 * views.ts: what the HTTP server answers: the JSON API, health, the schemas.
 * Way: readers of the store and the gateway's status -> messages -> answers.
 * Described in docs/api.md.
 */
import packageJson from '../package.json';
import { openApiDocument } from './api/openapi';
import { CONFIG_JSON_SCHEMA } from './config/schema';
import { namedCounters, recordMessage, type SiteReading, siteMessage } from './core/messages';
import { type Answer, type AnswerFunction, errorAnswer } from './edges/http/answer';
import type { RecordReader } from './edges/store/read-records';
import type { SiteReader } from './edges/store/read-sites';
import { createExportView, type ExportDoors, linkBaseOf, signedRecordAnswer } from './export-view';
import { HTTP_DAYS_MAX, HTTP_HOURS_MAX, HTTP_RECORDS_MAX } from './limits/http';
import { REQUEST_SCHEMAS } from './request-schemas';
import availabilitySchema from './schemas/availability.json';
import bridgeEventSchema from './schemas/bridge-event.json';
import bridgeHealthSchema from './schemas/bridge-health.json';
import bridgeInfoSchema from './schemas/bridge-info.json';
import bridgeStateSchema from './schemas/bridge-state.json';
import recordSchema from './schemas/record.json';
import siteSchema from './schemas/site.json';
import { createSta, type StaDoors } from './sta/answer';
import type { GatewayStatus } from './status';
import { dayStartS } from './tell';

/** JSON Schemas of everything told and asked, and of the configuration, by name. */
export const SCHEMAS: Record<string, object> = {
  availability: availabilitySchema,
  'bridge-event': bridgeEventSchema,
  'bridge-health': bridgeHealthSchema,
  'bridge-info': bridgeInfoSchema,
  'bridge-state': bridgeStateSchema,
  config: CONFIG_JSON_SCHEMA,
  record: recordSchema,
  site: siteSchema,
  ...REQUEST_SCHEMAS,
};

let openApiMade: object | null = null;

/** The OpenAPI document, made when it is first asked for. */
export function openApi(): object {
  openApiMade ??= openApiDocument(packageJson.version, SCHEMAS);
  return openApiMade;
}

/** Time that a question for hours or days covers by default, s. */
const CHART_S = 31 * 86_400;
/** Latest Unix time that is understood, s: the year 9999. */
const MAX_S = 253_402_300_799;

/** What the views read. */
export interface ViewDoors {
  records: RecordReader;
  sites: SiteReader;
  pod: string;
  nowMs(): number;
  status(): GatewayStatus;
  /** What exports are made from. */
  exports: Omit<ExportDoors, 'records' | 'nowMs'> & StaDoors;
  /** Answers GET /api/v1/pod. */
  podView(): object;
  /** Answers GET /metrics. */
  metrics(): Promise<Answer>;
}

function json(body: object, status = 200): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(body)}\n` };
}

function wholeNumber(text: string | null, otherwise: number, most: number): number {
  if (text === null || !/^\d{1,15}$/.test(text)) return otherwise;
  return Math.min(Number(text), most);
}

/** Sums of a site by hour or day: by default the last 31 days; at most that many hours, or ten years of days. */
function sumsView(
  { sites, nowMs }: ViewDoors,
  of: SiteReading,
  step: 'hours' | 'days',
  query: URLSearchParams,
): Answer {
  const stepS = step === 'hours' ? 3600 : 86_400;
  const most = stepS * (step === 'hours' ? HTTP_HOURS_MAX : HTTP_DAYS_MAX);
  const toS = wholeNumber(query.get('to'), Math.ceil(nowMs() / 1000), MAX_S);
  const fromS = wholeNumber(query.get('from'), Math.max(0, toS - CHART_S), MAX_S);
  const rows = sites[step](of.site, Math.max(fromS, toS - most), toS);
  return json({
    [step]: rows.map(({ startS, minutes, counters }) => ({
      t: startS,
      minutes,
      ...namedCounters(of.kind, counters),
    })),
  });
}

function schemaView(rest: string[]): Answer {
  const names = Object.keys(SCHEMAS).sort();
  if (rest.length === 0 || rest[0] === '')
    return json({ schemas: names.map((name) => `${name}.json`) });
  const name = rest[0].replace(/\.json$/, '');
  if (rest.length !== 1 || !names.includes(name)) return errorAnswer(404, 'no such schema');
  return { ...json(SCHEMAS[name]), type: 'application/schema+json' };
}

/** Makes the answer function of the HTTP server. */
export function createViews(doors: ViewDoors): AnswerFunction {
  const { records, sites, nowMs, status } = doors;
  const reading = (site: string) => sites.readSite(site, dayStartS(nowMs()));
  const messageOf = (of: SiteReading) => siteMessage(of, Math.floor(nowMs() / 1000));
  const allSites = () =>
    sites
      .siteNames()
      .map(reading)
      .filter((one) => one !== null)
      .map(messageOf);

  const siteView = (name: string, rest: string[], query: URLSearchParams): Answer => {
    const one = reading(name);
    if (one === null) return errorAnswer(404, 'no such site');
    if (rest.length === 0) {
      const { stored, expected, bucketSums } = sites.completeness(name);
      return json({ ...messageOf(one), records: { stored, expected }, bucketSums });
    }
    if (rest.length === 2 && rest[0] === 'records')
      return signedRecordAnswer(records, name, rest[1]);
    if (rest.length !== 1) return errorAnswer(404, 'not found');
    if (rest[0] === 'hours' || rest[0] === 'days') return sumsView(doors, one, rest[0], query);
    if (rest[0] !== 'records') return errorAnswer(404, 'not found');
    const after = wholeNumber(query.get('after'), 0, Number.MAX_SAFE_INTEGER);
    const limit = wholeNumber(query.get('limit'), 100, HTTP_RECORDS_MAX);
    const { rows, next } = records.recordsOfSite(name, after, limit);
    return json({
      records: rows.map((row) => ({ id: row.id, ...recordMessage(row).body })),
      next,
    });
  };
  const sta = createSta(doors.exports);
  const exports = createExportView({ ...doors.exports, records, nowMs });
  const api = ([what, ...rest]: string[], query: URLSearchParams, host: string): Answer => {
    if (what === 'export') return exports(rest, query, host);
    if (what === 'sta' && rest[0] === 'v1.1')
      return sta(rest.slice(1), query, linkBaseOf(host) ?? '');
    if (what === 'status' && rest.length === 0) return json(status());
    if (what === 'pod' && rest.length === 0) return json(doors.podView());
    if (what === 'sites' && rest.length === 0) return json({ sites: allSites() });
    if (what === 'sites') return siteView(rest[0], rest.slice(1), query);
    if (what === 'schemas') return schemaView(rest);
    if (what === 'openapi.json' && rest.length === 0) return json(openApi());
    return errorAnswer(404, 'not found');
  };
  return (segments, query, host) => {
    if (segments.length === 1 && segments[0] === 'health') {
      const { healthy, problems } = status();
      return json({ healthy, problems }, healthy ? 200 : 503);
    }
    if (segments.length === 1 && segments[0] === 'metrics') return doors.metrics();
    if (segments[0] === 'api' && segments[1] === 'v1') return api(segments.slice(2), query, host);
    return errorAnswer(404, 'not found');
  };
}
