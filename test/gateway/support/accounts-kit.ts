/*
 * accounts-kit.ts: accounts and tokens for tests, written beside a running gateway as the command line does.
 */
import { join } from 'node:path';
import type { Scope } from '../../../gateway/core/scopes';
import { hashSecret, randomToken, storePassword } from '../../../gateway/edges/passwords';
import { type AccountFile, openAccountFile } from '../../../gateway/edges/store/account-file';

function change(
  folder: string,
  work: (tables: Parameters<Parameters<AccountFile['change']>[0]>[0]) => void,
) {
  const file = openAccountFile(join(folder, 'gateway.sqlite'), () => {});
  try {
    file.change(work);
  } finally {
    file.close();
  }
}

/** Adds an account, or gives it another password. */
export async function putAccount(
  folder: string,
  name: string,
  scope: Scope,
  password: string,
): Promise<void> {
  const line = await storePassword(password);
  change(folder, (tables) => {
    if (!tables.setPassword(name, line))
      tables.addAccount({ name, scope, password: line, madeS: 0 });
  });
}

/** Removes an account. */
export function dropAccount(folder: string, name: string): void {
  change(folder, (tables) => tables.removeAccount(name));
}

/** Adds a token. @returns it. */
export function putToken(folder: string, name: string, scope: Scope): string {
  const token = randomToken();
  change(folder, (tables) =>
    tables.addToken({ name, scope, hash: hashSecret(token), madeS: 0, endsS: null }),
  );
  return token;
}

/** Removes a token. */
export function dropToken(folder: string, name: string): void {
  change(folder, (tables) => tables.removeToken(name));
}
