/*
 * sqlite.ts: which better-sqlite3 serves this Node.
 * Way: package -> store.ts, and every reader of the database.
 * Version 12 aborts on Node 24.19 and newer (its objects outlive the environment they were made in); version 13 is built
 * on Node-API 10, which Node 20 does not have. So Node 20 gets 12, and Node 22 and newer get 13 where it has a binary for
 * the machine (not on 32-bit ARM).
 */
import { createRequire } from 'node:module';
import type DatabaseConstructor from 'better-sqlite3';

/** First major version of Node with Node-API 10. */
const NODE_OF_VERSION_13 = 22;

type Sqlite = typeof DatabaseConstructor;

const require = createRequire(import.meta.url);

/** The package's constructor, tried out; null = it does not work here. */
function tryOut(name: string): Sqlite | null {
  try {
    const found = require(name) as Sqlite;
    new found(':memory:').close();
    return found;
  } catch {
    return null;
  }
}

function load(): Sqlite {
  const isNew = Number(process.versions.node.split('.')[0]) >= NODE_OF_VERSION_13;
  const found = (isNew ? tryOut('better-sqlite3-13') : null) ?? tryOut('better-sqlite3');
  if (found !== null) return found;
  throw new Error(
    'SQLite could not be loaded: install what builds it (sudo apt install python3 make g++), then run npm ci again',
  );
}

/** better-sqlite3's Database class. Throws at import: no version of it works here. */
export const Sqlite: Sqlite = load();
