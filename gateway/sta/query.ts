/*
 * query.ts: the options of a SensorThings question.
 * Way: query string -> StaQuery, or what to answer instead. Pure.
 * Source: OGC 18-088 (SensorThings 1.1) section 9.3; what is taken of it is listed in docs/exports.md.
 */
import { STA_SKIP_MAX, STA_TOP, STA_TOP_MAX } from '../limits/export';

/** Comparisons of $filter, as SQL writes them. */
export const OPERATORS = { eq: '=', ne: '<>', gt: '>', ge: '>=', lt: '<', le: '<=' } as const;
type Operator = keyof typeof OPERATORS;

/** One comparison. Times are Unix s. */
export interface Condition {
  of: 'phenomenonTime' | 'result';
  operator: Operator;
  value: number;
}

/** What is asked for. */
export interface StaQuery {
  top: number;
  skip: number;
  hasCount: boolean;
  /** null = as usual: by id, observations by time. */
  orderBy: { of: string; isDescending: boolean } | null;
  filter: Condition[];
  /** null = everything. */
  select: string[] | null;
  expand: { name: string; query: StaQuery }[];
  isDataArray: boolean;
}

/** A question that is not understood (400), or not offered (501). */
export class StaRefusal extends Error {
  constructor(
    readonly status: 400 | 404 | 501,
    words: string,
  ) {
    super(words);
  }
}

const NAME = /^[A-Za-z@.]{1,64}$/;

function wholeNumber(text: string, most: number): number {
  if (!/^\d{1,9}$/.test(text)) throw new StaRefusal(400, `"${text}" is no whole number`);
  return Math.min(Number(text), most);
}

function skipOf(text: string): number {
  const skip = wholeNumber(text, Number.MAX_SAFE_INTEGER);
  if (skip > STA_SKIP_MAX)
    throw new StaRefusal(400, `$skip is at most ${STA_SKIP_MAX}: filter by time`);
  return skip;
}

function conditionOf(text: string): Condition {
  const found = /^(phenomenonTime|result) (eq|ne|gt|ge|lt|le) (\S+)$/.exec(text.trim());
  if (found === null)
    throw new StaRefusal(
      501,
      '$filter: phenomenonTime or result, eq ne gt ge lt le, joined by "and"',
    );
  const [, of, operator, literal] = found;
  const isTime = of === 'phenomenonTime';
  const isForm = isTime
    ? /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(literal)
    : /^-?\d{1,12}(\.\d{1,6})?$/.test(literal);
  const value = isTime ? Date.parse(literal) / 1000 : Number(literal);
  if (!isForm || !Number.isFinite(value)) throw new StaRefusal(400, `"${literal}" in $filter`);
  return { of: of as Condition['of'], operator: operator as Operator, value };
}

function orderOf(text: string): StaQuery['orderBy'] {
  const found = /^([A-Za-z@./]{1,64})(?: (asc|desc))?$/.exec(text.trim());
  if (found === null) throw new StaRefusal(501, '$orderby: one property, asc or desc');
  return { of: found[1], isDescending: found[2] === 'desc' };
}

function listOf(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (!names.every((name) => NAME.test(name)))
    throw new StaRefusal(400, `"${text}" is no list of names`);
  return names;
}

/** Name(option;option),Name */
function expandOf(text: string): StaQuery['expand'] {
  const parts = text.match(/[^,(]+(\([^)]*\))?/g) ?? [];
  if (parts.join(',') !== text) throw new StaRefusal(501, '$expand: one level');
  return parts.map((part) => {
    const [, name, , inner = ''] = /^([A-Za-z]+)(\(([^)]*)\))?$/.exec(part.trim()) ?? [];
    if (name === undefined) throw new StaRefusal(501, '$expand: one level');
    const query = readStaQuery(new URLSearchParams(inner.split(';').join('&')));
    if (query.expand.length > 0) throw new StaRefusal(501, '$expand: one level');
    return { name, query };
  });
}

type Reader = (query: StaQuery, text: string) => void;

const READERS: Record<string, Reader> = {
  $top: (query, text) => {
    query.top = wholeNumber(text, STA_TOP_MAX);
  },
  $skip: (query, text) => {
    query.skip = skipOf(text);
  },
  $count: (query, text) => {
    if (text !== 'true' && text !== 'false') throw new StaRefusal(400, '$count: true or false');
    query.hasCount = text === 'true';
  },
  $orderby: (query, text) => {
    query.orderBy = orderOf(text);
  },
  $filter: (query, text) => {
    query.filter = text.split(/ and /).map(conditionOf);
  },
  $select: (query, text) => {
    query.select = listOf(text);
  },
  $expand: (query, text) => {
    query.expand = expandOf(text);
  },
  $resultFormat: (query, text) => {
    if (text !== 'dataArray') throw new StaRefusal(501, '$resultFormat: dataArray');
    query.isDataArray = true;
  },
};

/** Names of the options. */
export const STA_OPTIONS: readonly string[] = Object.keys(READERS);

/** Reads the options. Throws: StaRefusal. */
export function readStaQuery(query: URLSearchParams): StaQuery {
  const read: StaQuery = {
    ...{ top: STA_TOP, skip: 0, hasCount: false, orderBy: null, filter: [] },
    ...{ select: null, expand: [], isDataArray: false },
  };
  for (const [name, text] of query) {
    if (name === '' && text === '') continue;
    if (!Object.hasOwn(READERS, name)) throw new StaRefusal(501, `${name} is not offered`);
    READERS[name](read, text);
  }
  return read;
}
