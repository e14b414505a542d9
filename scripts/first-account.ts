/*
 * first-account.ts: tells a person the password of the account that the first start made.
 * Way: startGateway -> the terminal; where there is none, a file that only the gateway's user can read.
 * Not the journal: it keeps what is written for months, and more people read it, or are sent it, than may log in.
 */
import { firstPasswordFile } from '../gateway/account-changes';
import { writeSecretFile } from '../gateway/edges/key';

/** Tells it, once. Throws: when the file cannot be written. */
export function tellFirstPassword(folder: string, name: string, password: string): void {
  if (process.stderr.isTTY) {
    process.stderr.write(
      `\nThere was no account yet. One was made; this is shown once:\n\n  name      ${name}\n  password  ${password}\n\n`,
    );
    return;
  }
  const path = firstPasswordFile(folder);
  writeSecretFile(path, `${password}\n`);
  process.stderr.write(
    `gateway: there was no account yet: ${name} was made. Its password is in ${path}. Then: tallywell account password ${name}\n`,
  );
}
