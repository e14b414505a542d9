/*
 * account-table.ts: who may do what: accounts and tokens.
 * Way: command line -> tables account and token -> accounts.ts, which asks at each login. Form: schema.sql.
 * Reads are cheap and see what another process committed, so a running gateway knows a change at once.
 */
import type { Database } from 'better-sqlite3';
import type { Scope } from '../../core/scopes';

/** An account. */
export interface AccountRow {
  name: string;
  scope: Scope;
  /** As passwords.ts stores it. */
  password: string;
  /** Unix time, s; 0 = not known. */
  madeS: number;
}

/** A token. The token itself is known to its bearer only. */
export interface TokenRow {
  name: string;
  scope: Scope;
  /** SHA-256 of it. */
  hash: Uint8Array;
  /** Unix time, s; 0 = not known. */
  madeS: number;
  /** From then on it counts no more, Unix s; null = never. */
  endsS: number | null;
}

/** What is asked of the tables. */
export interface AccountReader {
  accounts(): AccountRow[];
  account(name: string): AccountRow | undefined;
  tokens(): TokenRow[];
  tokenOf(hash: Uint8Array): TokenRow | undefined;
}

/** What is changed. Inside the caller's transaction. */
export interface AccountWriter {
  /** Throws: when SQLite finds the name taken. */
  addAccount(row: AccountRow): void;
  /** @returns false: there is no such account. */
  removeAccount(name: string): boolean;
  setPassword(name: string, password: string): boolean;
  setScope(name: string, scope: Scope): boolean;
  /** Throws: when SQLite finds the name taken. */
  addToken(row: TokenRow): void;
  removeToken(name: string): boolean;
}

/** Prepares the reads. */
export function accountReader(database: Database): AccountReader {
  const account = 'SELECT name, scope, password, made_s AS madeS FROM account';
  const token = 'SELECT name, scope, hash, made_s AS madeS, ends_s AS endsS FROM token';
  const accounts = database.prepare(`${account} ORDER BY name`);
  const accountOf = database.prepare(`${account} WHERE name = ?`);
  const tokens = database.prepare(`${token} ORDER BY name`);
  const tokenOf = database.prepare(`${token} WHERE hash = ?`);
  return {
    accounts: () => accounts.all() as AccountRow[],
    account: (name) => accountOf.get(name) as AccountRow | undefined,
    tokens: () => tokens.all() as TokenRow[],
    tokenOf: (hash) => tokenOf.get(hash) as TokenRow | undefined,
  };
}

/** Prepares the writes. `begin` opens the transaction they belong to, where none is open. */
export function accountWriter(database: Database, begin: () => void): AccountWriter {
  const add = database.prepare('INSERT INTO account VALUES (?,?,?,?)');
  const remove = database.prepare('DELETE FROM account WHERE name = ?');
  const password = database.prepare('UPDATE account SET password = ? WHERE name = ?');
  const scope = database.prepare('UPDATE account SET scope = ? WHERE name = ?');
  const addToken = database.prepare(
    'INSERT INTO token (name, scope, hash, made_s, ends_s) VALUES (?,?,?,?,?)',
  );
  const removeToken = database.prepare('DELETE FROM token WHERE name = ?');
  const changed = (run: () => { changes: number }) => {
    begin();
    return run().changes > 0;
  };
  return {
    addAccount: (row) => void changed(() => add.run(row.name, row.scope, row.password, row.madeS)),
    removeAccount: (name) => changed(() => remove.run(name)),
    setPassword: (name, line) => changed(() => password.run(line, name)),
    setScope: (name, to) => changed(() => scope.run(to, name)),
    addToken: ({ name, scope: of, hash, madeS, endsS }) =>
      void changed(() => addToken.run(name, of, hash, madeS, endsS)),
    removeToken: (name) => changed(() => removeToken.run(name)),
  };
}
