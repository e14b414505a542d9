/*
 * openapi-json.ts: the parts that every table of operations makes its OpenAPI of.
 * Way: a schema -> JSON of the document (openapi.ts). Source: OpenAPI 3.1.1 §4.8.14 (Media Type Object).
 */

/** Part of an OpenAPI document: any JSON object. */
export type Json = Record<string, unknown>;

/** A body of JSON with this schema. */
export function json(schema: unknown): Json {
  return { 'application/json': { schema } };
}
