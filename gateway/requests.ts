/*
 * requests.ts: answers what is asked over MQTT.
 * Way: bridge/request/<verb> of the broker -> core/requests.ts -> readers, clock, outbox, backup -> bridge/response/<verb>.
 * Nobody's data hangs on it: a request that is lost is asked again. Whatever comes in is answered or counted, and
 * bounded in length, number and in what waits.
 */
import { type ClockAnswer, type ClockKeeping, setClockFrom } from './clock-keeping';
import { recordMessage, siteMessage, topics } from './core/messages';
import {
  createRate,
  mayAnswerTo,
  type ReadRequest,
  type Request,
  type RequestReason,
  readRequest,
  responseVerb,
  type Transaction,
  VERB_SCOPES,
  type Verb,
} from './core/requests';
import { allows } from './core/scopes';
import type { GatewayClock } from './edges/clock';
import type { Log } from './edges/log';
import type { Beside, Heard, Publisher } from './edges/publisher';
import type { RecordReader } from './edges/store/read-records';
import type { SiteReader } from './edges/store/read-sites';
import { ANSWERS_WAITING_MAX, CORRELATION_BYTES_MAX, TOO_MANY_ANSWER_MS } from './limits/mqtt';
import { type BrokerTeller, dayStartS } from './tell';

/** What answering works with. */
export interface RequestDoors {
  publisher: Publisher;
  pod: string;
  records: RecordReader;
  sites: SiteReader;
  clock: GatewayClock;
  health(): object;
  info(): object;
  clockKeeping: ClockKeeping;
  retell: BrokerTeller['retell'];
  /** Makes a backup now; null = one is being made. Without it none are set up. Rejects: in plain words. */
  makeBackup?: () => Promise<object> | null;
  log: Log;
}

/** Requests since the start. */
export interface RequestCounts {
  answered: number;
  refused: Partial<Record<RequestReason, number>>;
}

/** An answer, as bridge/response/<verb> carries it. */
interface Answer {
  status: 'ok' | 'error';
  data?: object;
  error?: RequestReason;
  /** What is wrong and what to do, for people. */
  words?: string;
  transaction?: Transaction;
}

function ok(data: object): Answer {
  return { status: 'ok', data };
}

function no(error: RequestReason, words: string): Answer {
  return { status: 'error', error, words };
}

function sitesOf({ sites, clock: { nowMs } }: RequestDoors): object {
  const nowS = Math.floor(nowMs() / 1000);
  const readings = sites.siteNames().map((site) => sites.readSite(site, dayStartS(nowMs())));
  return { sites: readings.flatMap((one) => (one === null ? [] : [siteMessage(one, nowS)])) };
}

function hasSite({ sites, clock }: RequestDoors, site: string): boolean {
  return sites.readSite(site, dayStartS(clock.nowMs())) !== null;
}

function clockAnswer({ status, body }: ClockAnswer): Answer {
  if (status === 200) return ok(body);
  return no('not-taken', (body as { error: string }).error);
}

/** Does what is asked. Rejects: when a backup or a retelling fails. */
async function answerTo(doors: RequestDoors, request: Request): Promise<Answer> {
  if (request.verb === 'health') return ok(doors.health());
  if (request.verb === 'info') return ok(doors.info());
  if (request.verb === 'sites') return ok(sitesOf(doors));
  if (request.verb === 'clock') {
    const { timeMs, uncertaintyS } = request;
    return clockAnswer(setClockFrom(doors.clockKeeping, { timeMs, uncertaintyS }));
  }
  if (request.verb === 'backup') {
    if (doors.makeBackup === undefined) return no('not-set-up', 'no backups are set up');
    const made = doors.makeBackup();
    if (made === null) return no('busy', 'a backup is just being made; ask again when it is done');
    return ok(await made);
  }
  return answerOfSite(doors, request);
}

/** Does what is asked about one site. */
async function answerOfSite(
  doors: RequestDoors,
  request: Extract<Request, { site: string }>,
): Promise<Answer> {
  if (!hasSite(doors, request.site)) return no('no-such-site', `no site "${request.site}"`);
  if (request.verb === 'retell') {
    const told = doors.retell(request.site, request.from);
    if (told === null) return no('busy', 'records are just being told again; ask later');
    return ok({ site: request.site, from: request.from, records: await told });
  }
  const { rows, next } = doors.records.recordsOfSite(request.site, request.after, request.limit);
  return ok({ records: rows.map((row) => ({ id: row.id, ...recordMessage(row).body })), next });
}

/** Reads a request and looks whether its sender may ask that. */
function admit(verb: string, { payload, scope }: Heard): ReadRequest {
  const read = readRequest(verb, payload.length, () => new TextDecoder().decode(payload));
  if (!('request' in read)) return read;
  const needed = VERB_SCOPES[read.request.verb as Verb];
  if (allows(scope, needed)) return read;
  const { request: _, ...transaction } = read;
  return { reason: 'no-scope', words: `only a ${needed} may ask for ${verb}`, ...transaction };
}

async function deal(doors: RequestDoors, read: ReadRequest): Promise<Answer> {
  const transaction = read.transaction === undefined ? {} : { transaction: read.transaction };
  if (!('request' in read)) return { ...no(read.reason, read.words), ...transaction };
  try {
    return { ...(await answerTo(doors, read.request)), ...transaction };
  } catch (error) {
    doors.log(`request ${read.request.verb}: ${(error as Error).message}`);
    return { ...no('failed', (error as Error).message), ...transaction };
  }
}

/** Where an answer goes, and what goes beside it. */
function addressOf(doors: RequestDoors, verb: string, heard: Heard): [string, Beside | undefined] {
  const topic = topics(doors.pod);
  const { responseTopic, correlationData } = heard;
  const isOwnChoice = responseTopic !== undefined && mayAnswerTo(responseTopic, topic.response(''));
  const isShort = correlationData !== undefined && correlationData.length <= CORRELATION_BYTES_MAX;
  return [
    isOwnChoice ? responseTopic : topic.response(responseVerb(verb)),
    isShort ? { correlationData } : undefined,
  ];
}

/** Begins to listen and to answer. @returns the counts since the start. */
export function answerRequests(doors: RequestDoors): RequestCounts {
  const { publisher } = doors;
  const { steadyMs } = doors.clock;
  const counts: RequestCounts = { answered: 0, refused: {} };
  const isInRate = createRate(steadyMs);
  let waiting = 0;
  let tooManyAtMs = Number.NEGATIVE_INFINITY;
  const countRefused = (reason: RequestReason) => {
    counts.refused[reason] = (counts.refused[reason] ?? 0) + 1;
  };
  const publish = async (verb: string, heard: Heard, answer: Answer) => {
    if (answer.error === undefined) counts.answered += 1;
    else countRefused(answer.error);
    const [to, beside] = addressOf(doors, verb, heard);
    // Whoever asked asks again; nothing is kept for a broker that is away.
    await publisher.publish(to, JSON.stringify(answer), false, beside).catch(() => {});
  };
  const turnAway = (verb: string, heard: Heard): Promise<void> | undefined => {
    const answer = no('too-many', 'too many requests: wait a second, then ask again');
    if (steadyMs() - tooManyAtMs >= TOO_MANY_ANSWER_MS) {
      tooManyAtMs = steadyMs();
      return publish(verb, heard, answer);
    }
    countRefused('too-many');
    return undefined;
  };
  const take = async (heard: Heard): Promise<void> => {
    const verb = heard.topic.slice(topics(doors.pod).request('').length);
    if (waiting >= ANSWERS_WAITING_MAX || !isInRate()) return turnAway(verb, heard);
    waiting += 1;
    try {
      await publish(verb, heard, await deal(doors, admit(verb, heard)));
    } finally {
      waiting -= 1;
    }
  };
  publisher.listen(topics(doors.pod).request('+'), (heard) => void take(heard));
  return counts;
}
