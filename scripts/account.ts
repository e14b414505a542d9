/*
 * account.ts: the verbs `tallywell account add | list | remove | password | scope`.
 * Way: command line, a person's password -> table account. A running gateway knows it at once.
 * A password is typed, piped in or read from a file, never an argument. Described in docs/accounts.md.
 */
import { readFileSync, rmSync } from 'node:fs';
import type { Command } from 'commander';
import {
  type AccountFault,
  accountFault,
  addAccount,
  firstPasswordFile,
  hasAdmin,
} from '../gateway/account-changes';
import { FIRST_ACCOUNT } from '../gateway/accounts';
import type { Scope } from '../gateway/core/scopes';
import { passwordFault, randomPassword, storePassword } from '../gateway/edges/passwords';
import { readSecretFromPerson } from '../gateway/edges/person';
import type { AccountFile } from '../gateway/edges/store/account-file';
import { ACCOUNTS_MAX } from '../gateway/limits/http';
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
  passwordFile?: string;
  random?: boolean;
}

/** The new password: made, read, or asked for twice. Throws: an Error in words, which never repeats it. */
async function newPassword(flags: Flags, name: string): Promise<string> {
  if (flags.random) return randomPassword();
  const isAsked = flags.passwordFile === undefined;
  const password =
    flags.passwordFile === undefined
      ? await readSecretFromPerson(`New password of ${name}: `)
      : readFileSync(flags.passwordFile, 'utf8').split(/\r?\n/)[0];
  const fault = passwordFault(password);
  if (fault !== null) throw new Error(`${fault}; --random makes a good one`);
  if (isAsked && process.stdin.isTTY && (await readSecretFromPerson('Once more: ')) !== password) {
    throw new Error('that was not the same twice; nothing was changed');
  }
  return password;
}

/** Says what was done; a password only where it was made here. */
function sayDone(flags: Flags, done: { name: string; scope?: Scope }, password: string): void {
  const shown = flags.random ? { password } : {};
  if (flags.random && !flags.json)
    process.stderr.write(`password of ${done.name}, shown this once:\n`);
  const words = flags.random ? password : `good: ${done.name}`;
  say(flags.json ? JSON.stringify({ ...done, ...shown }) : words);
}

function noSuch(name: string): Error {
  return new Error(`there is no account ${name}: tallywell account list`);
}

function warnWithoutAdmin(file: AccountFile): void {
  if (hasAdmin(file)) return;
  process.stderr.write('account: nobody is admin now: tallywell account add NAME --scope admin\n');
}

async function add(flags: Flags, name: string): Promise<void> {
  const refuse = (fault: AccountFault | null) => {
    if (fault === 'taken') throw new Error(`there is an account ${name}: account password, scope`);
    if (fault !== null) throw new Error(`${ACCOUNTS_MAX} accounts at most: remove one`);
  };
  withAccounts(flags.data, true, (file) => refuse(accountFault(file, name)));
  const password = await newPassword(flags, name);
  const line = await storePassword(password);
  const { scope } = flags;
  withAccounts(flags.data, true, (file) =>
    file.change((tables) =>
      refuse(addAccount(tables, { name, scope, password: line, madeS: madeNowS() })),
    ),
  );
  sayDone(flags, { name, scope }, password);
}

async function setPassword(flags: Flags, name: string): Promise<void> {
  withAccounts(flags.data, false, (file) => {
    if (!file.account(name)) throw noSuch(name);
  });
  const password = await newPassword(flags, name);
  const line = await storePassword(password);
  withAccounts(flags.data, false, (file) => {
    if (!file.change((tables) => tables.setPassword(name, line))) throw noSuch(name);
  });
  if (name === FIRST_ACCOUNT) rmSync(firstPasswordFile(flags.data), { force: true });
  sayDone(flags, { name }, password);
}

function list(flags: Flags): void {
  const accounts = withAccounts(flags.data, false, (file) => file.accounts()).map(
    ({ name, scope, madeS }) => ({ name, scope, made: madeS || null }),
  );
  const rows = accounts.map(({ name, scope, made }) => [name, scope, dayOf(made, 'unknown')]);
  const table = () => columns([['NAME', 'SCOPE', 'MADE'], ...rows]);
  say(flags.json ? JSON.stringify({ accounts }) : table());
}

function remove(flags: Flags, name: string): void {
  withAccounts(flags.data, false, (file) => {
    if (!file.change((tables) => tables.removeAccount(name))) throw noSuch(name);
    warnWithoutAdmin(file);
  });
  if (name === FIRST_ACCOUNT) rmSync(firstPasswordFile(flags.data), { force: true });
  say(flags.json ? JSON.stringify({ name }) : `removed: ${name}`);
}

function setScope(flags: Flags, name: string): void {
  const { scope } = flags;
  withAccounts(flags.data, false, (file) => {
    if (!file.change((tables) => tables.setScope(name, scope))) throw noSuch(name);
    warnWithoutAdmin(file);
  });
  say(flags.json ? JSON.stringify({ name, scope }) : `good: ${name} is ${scope}`);
}

const SCOPE_WORDS = 'reader (sees), technician (also sets the clock), admin (also accounts, keys)';

/** Adds the verb `account` to the program. */
export function registerAccountCommand(program: Command): void {
  const verb = program.command('account').description('Who may log in, and what he may do.');
  const withPassword = (command: Command) =>
    command
      .option('--password-file <file>', 'first line of this file; else typed, or piped in')
      .option('--random', 'make a random one, and show it once');
  const withScope = (command: Command) =>
    command.requiredOption('--scope <scope>', SCOPE_WORDS, scopeOf);
  withPassword(withScope(addVerb(verb, 'add <name>', 'Make an account.', add)));
  addVerb(verb, 'list', 'All accounts.', list);
  addVerb(verb, 'remove <name>', 'Remove one: its sessions end at once.', remove);
  withPassword(addVerb(verb, 'password <name>', 'Another password: sessions end.', setPassword));
  withScope(addVerb(verb, 'scope <name>', 'Let it do more, or less.', setScope));
}
