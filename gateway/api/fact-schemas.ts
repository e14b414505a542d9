/*
 * fact-schemas.ts: the facts of sites as schemas: the same forms as core/facts/site-facts.ts, which the compiler holds equal.
 * Way: zod -> checks of what is asked, and OpenAPI (openapi.ts).
 */
import { z } from 'zod';
import { MILESTONE_GOALS, type Milestone } from '../core/facts/milestones';
import {
  type Breakdowns,
  type Completeness,
  type Episode,
  type EverTotal,
  type FlowFact,
  INDICATOR_KEYS,
  type Indicator,
  type PeriodTotal,
  type Provenance,
  type ReadingFact,
  type SiteFacts,
  type SiteStatus,
  type StatementFact,
} from '../core/facts/site-facts';

const UINT32_MAX = 0xffffffff;

/** Unix time, s. */
export const unixS = z.int().min(0).max(253_402_300_799);
/** A time by a node's clock may be anything that 32 bits hold, less its uptime. */
const nodeS = z.int().min(-UINT32_MAX).max(UINT32_MAX);
const count = z.int().min(0);
/** Name of a site: a level of a topic and of an address. */
export const siteName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/);
const reporter = z.enum(['somebody', 'reader', 'technician', 'admin']);
const clockWord = z.enum(['trusted', 'held', 'unknown']);

const byRecord = z.strictObject({
  by: z.enum(['record', 'button']),
  id: count,
  key: z.string().regex(/^[0-9a-f]{8}$/),
  epoch: count,
  seq: count,
  t: nodeS.nullable(),
  received: unixS,
});
const byPerson = z.strictObject({
  by: z.literal('person'),
  id: count,
  reporter,
  t: unixS,
  clock: clockWord,
});
const bySums = z.strictObject({ by: z.literal('sums'), from: z.int(), before: z.int() });
const provenance = z.union([
  byRecord,
  byPerson,
  bySums,
  z.strictObject({ by: z.literal('register'), t: unixS.nullable() }),
  z.strictObject({ by: z.literal('silence'), t: unixS.nullable() }),
]) satisfies z.ZodType<Provenance>;

const word = z.enum([
  ...(['in-use', 'idle', 'low-flow', 'says-broken', 'no-news', 'never-heard'] as const),
  ...(['tampered', 'removed'] as const),
]);
const status = z.strictObject({
  word,
  since: z.int().nullable(),
  because: provenance,
  also: z.array(word),
}) satisfies z.ZodType<SiteStatus>;

const completeness = z.strictObject({
  expected: count,
  counted: count,
  late: count,
  missing: count,
}) satisfies z.ZodType<Completeness>;

const counters = z.record(z.string(), count);
const periodTotal = z.strictObject({
  period: z.enum(['today', 'yesterday', 'week', 'month', 'year']),
  from: z.int(),
  before: z.int(),
  counters,
  completeness,
  because: bySums,
}) satisfies z.ZodType<PeriodTotal>;
const ever = z.strictObject({
  counters,
  because: byRecord.nullable(),
}) satisfies z.ZodType<EverTotal>;

const said = z.union([byRecord, byPerson]);
const episode = z.strictObject({
  start: z.int(),
  reported: said,
  confirmed: count,
  end: z.int().nullable(),
  repaired: said.nullable(),
  durationS: count,
  usedAgain: z.int().nullable(),
}) satisfies z.ZodType<Episode>;
const breakdowns = z.strictObject({
  episodes: z.array(episode),
  open: episode.nullable(),
  closed: count,
  medianS: count.nullable(),
  downtimeYearS: count,
}) satisfies z.ZodType<Breakdowns>;

const answer = z.enum(['yes', 'no', 'unknown']);
const indicator = z.strictObject({
  key: z.enum(INDICATOR_KEYS),
  answer,
  value: z.union([z.number(), z.string()]).nullable(),
  unit: z.string().nullable(),
  standard: z.number().nullable(),
  estimate: z.boolean(),
  caveats: z.array(z.string()),
  because: z.array(provenance),
  completeness: completeness.nullable(),
}) satisfies z.ZodType<Indicator>;

const reading = z.strictObject({
  name: z.string(),
  value: z.int(),
  because: byRecord,
}) satisfies z.ZodType<ReadingFact>;
const flow = z.strictObject({
  dlPerMinute: count,
  atLeast: z.boolean(),
  because: byRecord,
}) satisfies z.ZodType<FlowFact>;
const statementFact = z.strictObject({
  about: z.string(),
  value: z.union([z.number(), z.string()]),
  note: z.string(),
  because: byPerson,
}) satisfies z.ZodType<StatementFact>;

/** Everything known of a site. */
export const siteFacts = z.strictObject({
  site: siteName,
  name: z.string(),
  kind: z.enum(['water-point', 'canteen']),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  status,
  flags: z.array(z.string()),
  lastHeard: unixS.nullable(),
  newest: byRecord.nullable(),
  flow: flow.nullable(),
  readings: z.array(reading),
  totals: z.array(periodTotal),
  ever,
  statements: z.array(statementFact),
  breakdowns,
  indicators: z.array(indicator),
}) satisfies z.ZodType<SiteFacts>;

/** What the stream tells of a site. */
export const siteBrief = z.strictObject({
  site: siteName,
  status,
  lastHeard: unixS.nullable(),
  flow: flow.nullable(),
  today: periodTotal,
});

/** A breakdown, and where. */
export const siteEpisode = z.strictObject({ site: siteName, ...episode.shape });

/** A milestone and how far it is. */
export const milestone = z.strictObject({
  id: count,
  title: z.string(),
  goal: z.enum(MILESTONE_GOALS),
  target: count,
  base: count,
  due: unixS,
  made: unixS,
  madeBy: reporter,
  ended: unixS.nullable(),
  reached: count,
  of: count,
  unknown: count,
  answer,
  sites: z.array(z.strictObject({ site: siteName, answer, value: z.number().nullable() })),
  completeness,
}) satisfies z.ZodType<Milestone>;

/** What somebody said. */
export const statement = z.strictObject({
  id: count,
  site: siteName,
  about: z.string(),
  value: z.union([z.number(), z.string()]),
  note: z.string(),
  t: unixS,
  clock: clockWord,
  reporter,
});

/** Forms that the document names. */
export const FACT_FORMS = {
  ByRecord: byRecord,
  ByPerson: byPerson,
  Provenance: provenance,
  Completeness: completeness,
  SiteStatus: status,
  PeriodTotal: periodTotal,
  Episode: episode,
  Indicator: indicator,
  SiteFacts: siteFacts,
  SiteBrief: siteBrief,
  SiteEpisode: siteEpisode,
  Milestone: milestone,
  Statement: statement,
};
