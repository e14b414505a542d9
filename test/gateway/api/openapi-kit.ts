/*
 * openapi-kit.ts: the OpenAPI document as tests see it, and a judge from outside who says whether an answer is what it tells.
 */
import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { expect } from 'vitest';
import { openApi } from '../../../gateway/views';

/** Any JSON. */
// biome-ignore lint/suspicious/noExplicitAny: a document is any JSON
export type Json = any;

/** The document. */
export const DOCUMENT: Json = JSON.parse(JSON.stringify(openApi()));

/** Its operations. */
export const OPERATIONS_TOLD: { path: string; method: string; told: Json }[] = Object.entries<Json>(
  DOCUMENT.paths,
).flatMap(([path, item]) =>
  Object.entries<Json>(item).map(([method, told]) => ({ path, method, told })),
);

/** An outside judge of JSON Schema 2020-12, which knows the whole document. */
export const AJV = new Ajv2020({ strict: false, allErrors: true });
(addFormats as unknown as (ajv: Ajv2020) => void)(AJV);
AJV.addSchema(DOCUMENT, 'document');

/** What is wrong with a value of the schema at this place of the document. */
export function faultsAt(place: string[], value: Json): unknown[] {
  const pointer = place
    .map((one) => encodeURIComponent(one.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  const validate = AJV.getSchema(`document#/${pointer}`);
  if (validate === undefined) throw new Error(`no schema at ${pointer}`);
  return validate(value) ? [] : (validate.errors ?? []);
}

/** One of them. */
export type Told = (typeof OPERATIONS_TOLD)[number];

/** Media types whose answers are JSON. */
const isJson = (type: string) => /[/+]json$/.test(type);

/** What is answered, and nothing that the document does not say of it. Gives whether it was done. */
export async function judged(answer: Response, { path, method, told }: Told, href: string) {
  const response = told.responses[answer.status];
  expect([href, answer.status, response]).not.toContain(undefined);
  const type = String(answer.headers.get('content-type')?.split(';')[0]);
  expect([href, type]).toEqual([href, Object.keys(response.content).find((one) => one === type)]);
  const bytes = await answer.text();
  if (isJson(type)) {
    const place = ['paths', path, method, 'responses', String(answer.status), 'content', type];
    expect([href, faultsAt([...place, 'schema'], JSON.parse(bytes))]).toEqual([href, []]);
  }
  return answer.ok;
}
