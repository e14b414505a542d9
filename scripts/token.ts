/*
 * token.ts: the verbs `tallywell token add | list | remove`: tokens for programs and for `tallywell clock set`.
 * Way: command line -> table token (its hash); the token itself -> stdout, once. Described in docs/accounts.md.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { addToken, isTokenDays } from '../gateway/account-changes';
import type { Scope } from '../gateway/core/scopes';
import { TOKEN_DAYS_MAX, TOKENS_MAX } from '../gateway/limits/http';
import {
  addVerb,
  columns,
  dayOf,
  type FolderFlags,
  madeNowS,
  say,
  scopeOf,
  withAccounts,
} from './account-folder';

interface Flags extends FolderFlags {
  scope: Scope;
  days?: number;
}

function daysOf(text: string): number {
  const days = Number(text);
  if (/^\d{1,4}$/.test(text) && isTokenDays(days)) return days;
  throw new InvalidArgumentError(`whole days from 1 to ${TOKEN_DAYS_MAX}`);
}

function add({ data, scope, days, json }: Flags, name: string): void {
  const order = { name, scope, days: days ?? null, nowS: madeNowS() };
  const made = withAccounts(data, true, (file) => file.change((tables) => addToken(tables, order)));
  if (made === 'no-time')
    throw new Error('this machine does not know the time: set it, or leave out --days');
  if (made === 'taken')
    throw new Error(`there is a token ${name}: remove it, or take another name`);
  if (typeof made === 'string') throw new Error(`${TOKENS_MAX} tokens at most: remove one`);
  const { token, endsS } = made;
  if (!json) process.stderr.write(`token ${name} (${scope}), shown this once:\n`);
  say(json ? JSON.stringify({ name, scope, token, ends: endsS }) : token);
}

function list({ data, json }: Flags): void {
  const tokens = withAccounts(data, false, (file) => file.tokens());
  const facts = tokens.map(({ name, scope, madeS, endsS }) => ({
    ...{ name, scope },
    made: madeS || null,
    ends: endsS,
  }));
  const rows = facts.map(({ name, scope, made, ends }) => [
    ...[name, scope],
    dayOf(made, 'unknown'),
    dayOf(ends, 'never'),
  ]);
  const table = () => columns([['NAME', 'SCOPE', 'MADE', 'ENDS'], ...rows]);
  say(json ? JSON.stringify({ tokens: facts }) : table());
}

function remove({ data, json }: Flags, name: string): void {
  withAccounts(data, false, (file) => {
    if (!file.change((tables) => tables.removeToken(name)))
      throw new Error(`there is no token ${name}: tallywell token list`);
  });
  say(json ? JSON.stringify({ name }) : `removed: ${name}`);
}

/** Adds the verb `token` to the program. */
export function registerTokenCommand(program: Command): void {
  const verb = program.command('token').description('Tokens: how programs log in.');
  addVerb(verb, 'add <name>', 'Make a token, and show it once.', add)
    .requiredOption('--scope <scope>', 'reader, technician or admin', scopeOf)
    .option('--days <days>', 'it ends after so many days; else never', daysOf);
  addVerb(verb, 'list', 'All tokens, without the tokens themselves.', list);
  addVerb(verb, 'remove <name>', 'Remove one: it counts no more at once.', remove);
}
