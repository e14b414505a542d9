/*
 * client.ts: a small typed client of the facts' API, for our own page and for other programs. The types come from the same
 * table as the checks and the OpenAPI document.
 * Way: name of an operation and its values -> fetch -> answer. No dependency but fetch; works in a browser.
 */

import type { z } from 'zod';
import type { AnswerOf, OPERATIONS, OperationName } from './operations';

type Of<Name extends OperationName> = (typeof OPERATIONS)[Name];
type In<Schema> = Schema extends z.ZodType ? z.input<Schema> : never;
/** What an operation needs: values of its address, of its query, its body. */
export type Asked<Name extends OperationName> = {
  params?: { [Key in keyof In<Of<Name>['params']>]: string | number };
  query?: { [Key in keyof In<Of<Name>['query']>]?: string | number };
  body?: In<Of<Name>['body']>;
};

/** The gateway refused. `status`: of HTTP; the message is its words. */
export class FactsError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Method and path of each operation; a test holds them equal to the table. */
export const CLIENT_PATHS: {
  [Name in OperationName]: `${Of<Name>['method']} ${Of<Name>['path']}`;
} = {
  listFacts: 'GET /api/v1/facts',
  siteFacts: 'GET /api/v1/sites/{site}/facts',
  listEpisodes: 'GET /api/v1/episodes',
  listStatements: 'GET /api/v1/statements',
  listMilestones: 'GET /api/v1/milestones',
  confirm: 'POST /api/v1/sites/{site}/confirmations',
  addNote: 'POST /api/v1/sites/{site}/notes',
  addStatement: 'POST /api/v1/sites/{site}/statements',
  addMilestone: 'POST /api/v1/milestones',
  endMilestone: 'POST /api/v1/milestones/{id}/end',
};

/** Asks; rejects with FactsError, or with what fetch rejects with. */
export type FactsClient = <Name extends OperationName>(
  name: Name,
  asked: Asked<Name>,
) => Promise<AnswerOf<Name>>;

/** Makes a client. @param base address of the gateway, "" on its own page @param send fetch, or one that adds a token */
export function createFactsClient(base: string, send: typeof fetch = fetch): FactsClient {
  return async (name, { params = {}, query = {}, body }) => {
    const [method, form] = CLIENT_PATHS[name].split(' ');
    const values = params as Record<string, string | number>;
    const path = form.replace(/\{(\w+)\}/g, (_, key) => encodeURIComponent(values[key]));
    const asked = Object.entries(query).map(([key, value]): [string, string] => [
      key,
      String(value),
    ]);
    const text = new URLSearchParams(asked).toString();
    const answer = await send(`${base.replace(/\/$/, '')}${path}${text && `?${text}`}`, {
      method,
      ...(method === 'POST'
        ? { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body ?? {}) }
        : {}),
    });
    const json = (await answer.json()) as { error?: string };
    if (!answer.ok) throw new FactsError(answer.status, json.error ?? `status ${answer.status}`);
    return json as never;
  };
}
