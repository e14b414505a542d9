/*
 * answer.ts: answers questions of SensorThings, read only: sites as things, hourly sums as observations.
 * Way: path and options -> entities with links -> JSON. Described, point by point, in docs/exports.md.
 * Source: OGC 18-088 (SensorThings 1.1) sections 9.2 (paths), 9.3 (options), 13.2 (data array).
 */
import { type Answer, errorAnswer, jsonAnswer } from '../edges/http/answer';
import type { HourQuery, HourSum, ObservationReader } from '../edges/store/read-observations';
import { EXPORT_END_S, type ExportFacts } from '../export/facts';
import { isoTime } from '../export/units';
import {
  type Entity,
  LINKS,
  type Model,
  related,
  type SetName,
  type Stream,
  staModel,
} from './model';
import { OPERATORS, readStaQuery, type StaQuery, StaRefusal } from './query';

/** What it reads. */
export interface StaDoors {
  facts: Pick<ExportFacts, 'sites' | 'keys'>;
  observations: ObservationReader;
}

interface Question {
  doors: StaDoors;
  model: Model;
  /** http://host/api/v1/sta/v1.1 */
  root: string;
}

const HOUR_S = 3600;
const ALL = { sites: null, fromS: 0, beforeS: EXPORT_END_S };
/** All properties of an observation, as the data array names them. */
const COMPONENTS = [
  'id',
  'phenomenonTime',
  'resultTime',
  'result',
  'resultQuality',
  'validTime',
  'parameters',
];

const linkOf = ({ root }: Question, { set, id }: Pick<Entity, 'set' | 'id'>) =>
  `${root}/${set}('${id}')`;

function hourQuery({ site, property }: Stream, query: StaQuery): HourQuery {
  const by = query.orderBy?.of ?? 'phenomenonTime';
  if (by !== 'phenomenonTime' && by !== 'result')
    throw new StaRefusal(501, '$orderby: phenomenonTime or result');
  return {
    ...{ site, counter: property.counter, top: query.top, skip: query.skip },
    ...{
      orderBy: by === 'result' ? 'value' : 'startS',
      isDescending: query.orderBy?.isDescending === true,
    },
    conditions: query.filter.map(({ of, operator, value }) => ({
      of: of === 'result' ? 'value' : 'startS',
      operator: OPERATORS[operator],
      value: of === 'result' ? value * property.perUnit : value,
    })),
  };
}

function observationOf({ id, property }: Stream, { startS, minutes, value }: HourSum): Entity {
  const time = `${isoTime(startS)}/${isoTime(startS + HOUR_S)}`;
  const body = {
    phenomenonTime: time,
    resultTime: null,
    result: value / property.perUnit,
    resultQuality: null,
    validTime: null,
    parameters: { minutesCounted: minutes, minutesOfHour: 60, source: 'signed-records' },
  };
  return { set: 'Observations', id: `${id}.${startS}`, body };
}

/** One entity with its links, as far as it is asked for. */
function written(question: Question, entity: Entity, query: StaQuery): Record<string, unknown> {
  const self = linkOf(question, entity);
  const { select } = query;
  const answer: Record<string, unknown> = {};
  const isWanted = (name: string) => select === null || select.includes(name);
  if (isWanted('id') || isWanted('@iot.id')) answer['@iot.id'] = entity.id;
  if (select === null) answer['@iot.selfLink'] = self;
  for (const [name, value] of Object.entries(entity.body)) if (isWanted(name)) answer[name] = value;
  for (const { name } of LINKS[entity.set]) {
    const isExpanded = query.expand.some((one) => one.name === name);
    if (isWanted(name) && !isExpanded) answer[`${name}@iot.navigationLink`] = `${self}/${name}`;
  }
  for (const { name, query: inner } of query.expand) {
    const link = LINKS[entity.set].find((one) => one.name === name);
    if (link === undefined) throw new StaRefusal(400, `${entity.set} has no ${name}`);
    const { entities } = linked(question, entity, link.to, inner);
    const list = entities.map((one) => written(question, one, inner));
    answer[name] = link.isOne ? list[0] : list;
  }
  return answer;
}

interface Found {
  entities: Entity[];
  /** All of them, without $top and $skip; null = not counted. */
  count: number | null;
  hasMore: boolean;
}

function ordered(entities: Entity[], { orderBy }: StaQuery): Entity[] {
  if (orderBy === null) return entities;
  const { of, isDescending } = orderBy;
  if (of !== 'id' && of !== '@iot.id' && of !== 'name')
    throw new StaRefusal(501, '$orderby: id or name');
  const key = ({ id, body }: Entity) => (of === 'name' ? String(body.name) : id);
  const sign = isDescending ? -1 : 1;
  return entities.toSorted((a, b) => sign * (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function paged(entities: Entity[], query: StaQuery): Found {
  if (query.filter.length > 0) throw new StaRefusal(501, '$filter: of Observations only');
  const { skip, top } = query;
  const page = ordered(entities, query).slice(skip, skip + top);
  return { entities: page, count: entities.length, hasMore: skip + page.length < entities.length };
}

function observationsOf({ doors, model }: Question, { id }: Entity, query: StaQuery): Found {
  const stream = model.streams.get(id) as Stream;
  const asked = hourQuery(stream, query);
  const hours = doors.observations.hours({ ...asked, top: query.top + 1 });
  return {
    entities: hours.slice(0, query.top).map((hour) => observationOf(stream, hour)),
    count: query.hasCount ? doors.observations.count(asked) : null,
    hasMore: hours.length > query.top,
  };
}

function linked(question: Question, from: Entity, to: SetName, query: StaQuery): Found {
  if (to === 'Observations') return observationsOf(question, from, query);
  return paged(related(question.model, from, to), query);
}

/** One observation by its id: site.property.second. */
function observationById({ doors, model }: Question, id: string): Entity | undefined {
  const at = id.lastIndexOf('.');
  const [stream, startS] = [model.streams.get(id.slice(0, at)), Number(id.slice(at + 1))];
  if (stream === undefined || !/^\d{1,12}$/.test(id.slice(at + 1))) return undefined;
  const [hour] = doors.observations.hours({
    ...{ site: stream.site, counter: stream.property.counter, top: 1, skip: 0 },
    ...{ orderBy: 'startS', isDescending: false },
    conditions: [{ of: 'startS', operator: '=', value: startS }],
  });
  return hour && observationOf(stream, hour);
}

function entityById(question: Question, set: SetName, id: string): Entity {
  const found =
    set === 'Observations'
      ? observationById(question, id)
      : question.model.sets[set].find((one) => one.id === id);
  if (found === undefined) throw new StaRefusal(404, `no ${set}('${id}')`);
  return found;
}

/** The next page of what was asked for. */
function nextLink(path: string, query: URLSearchParams, { top, skip }: StaQuery): string {
  const next = new URLSearchParams(query);
  next.set('$top', String(top));
  next.set('$skip', String(skip + top));
  return `${path}?${next.toString()}`;
}

function dataArray(question: Question, of: Entity, { entities }: Found) {
  const rows = entities.map(({ id, body }) =>
    COMPONENTS.map((name) => (name === 'id' ? id : body[name])),
  );
  return {
    'Datastream@iot.navigationLink': linkOf(question, of),
    components: COMPONENTS,
    'dataArray@iot.count': rows.length,
    dataArray: rows,
  };
}

function listAnswer(
  question: Question,
  path: string,
  found: Found,
  query: StaQuery,
  asked: URLSearchParams,
  of: Entity | null,
): Answer {
  const isArray = query.isDataArray && found.entities[0]?.set === 'Observations' && of !== null;
  const value = isArray
    ? [dataArray(question, of, found)]
    : found.entities.map((entity) => written(question, entity, query));
  const count = query.hasCount ? { '@iot.count': found.count ?? 0 } : {};
  const next =
    found.hasMore && query.top > 0 ? { '@iot.nextLink': nextLink(path, asked, query) } : {};
  return jsonAnswer({ ...count, ...next, value });
}

/** What stands first: the sets, and which requirements are met. */
function rootAnswer({ root }: Question): Answer {
  const requirement = 'http://www.opengis.net/spec/iot_sensing/1.1/req';
  const met = ['status-code', 'select', 'count', 'top', 'skip', 'pagination'];
  const names = Object.keys(LINKS).filter((name) => name !== 'Observations');
  return jsonAnswer({
    value: names.map((name) => ({ name, url: `${root}/${name}` })),
    serverSettings: { conformance: met.map((name) => `${requirement}/request-data/${name}`) },
  });
}

const SEGMENT = /^([A-Za-z]{1,32})(?:\('([^']{1,160})'\))?$/;

function walk(question: Question, path: string[], asked: URLSearchParams): Answer {
  const query = readStaQuery(asked);
  let entity: Entity | null = null;
  for (const [at, segment] of path.entries()) {
    const [, name, id] = SEGMENT.exec(segment) ?? [];
    const links: (typeof LINKS)[SetName] = entity === null ? [] : LINKS[entity.set];
    const link = links.find((one) => one.name === name);
    const set: SetName | undefined = entity === null ? (name as SetName) : link?.to;
    if (set === undefined || !Object.hasOwn(LINKS, set)) throw new StaRefusal(404, `no ${segment}`);
    const isLast = at === path.length - 1;
    if (id !== undefined) entity = entityById(question, set, id);
    else if (entity !== null && link?.isOne === true) {
      [entity] = linked(question, entity, set, readStaQuery(new URLSearchParams())).entities;
    } else if (!isLast) throw new StaRefusal(404, `which of ${segment}?`);
    else {
      if (entity === null && set === 'Observations')
        throw new StaRefusal(501, "Observations are asked for by their Datastreams('…')");
      const here = `${question.root}/${path.join('/')}`;
      const found =
        entity === null
          ? paged(question.model.sets[set as Exclude<SetName, 'Observations'>], query)
          : linked(question, entity, set, query);
      return listAnswer(question, here, found, query, asked, entity);
    }
  }
  return jsonAnswer(written(question, entity as Entity, query));
}

/** Makes the answer function of /api/v1/sta/v1.1/… @param base http://host, '' where that is not known */
export function createSta(doors: StaDoors) {
  return (path: string[], asked: URLSearchParams, base: string): Answer => {
    const model = staModel(doors.facts.sites(ALL), doors.facts.keys(ALL));
    const question = { doors, model, root: `${base}/api/v1/sta/v1.1` };
    const names = path.filter((segment) => segment !== '');
    try {
      return names.length === 0 ? rootAnswer(question) : walk(question, names, asked);
    } catch (error) {
      if (error instanceof StaRefusal) return errorAnswer(error.status, error.message);
      throw error;
    }
  };
}
