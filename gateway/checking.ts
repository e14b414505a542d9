/*
 * checking.ts: is this file a whole gateway's database? For backups, doctor and repair; and what to say when it is not.
 * Way: path -> connection -> edges/store/check.ts -> faults in words.
 */
import { dirname } from 'node:path';
import { type Checked, checkConnection, isDamage } from './edges/store/check';
import { Sqlite } from './edges/store/sqlite';
import { createVerifier } from './edges/verify';
import { FACTS_WAIT_MS } from './limits/store';

export { type Checked, isDamage } from './edges/store/check';

/** How thoroughly a database is looked at. */
export interface CheckOptions {
  /** Signatures of all records, not of some (minutes for millions). Default false. */
  allSignatures?: boolean;
  /** false: only the end and the parts that everything needs are read (seconds, however large it is). Default true. */
  everyPage?: boolean;
  /** 0..1: which records and days are looked at. Default Math.random. */
  random?: () => number;
  progress?: (what: string, share: number) => void;
}

const NOTHING = {
  ...{ form: 0, records: 0, newestId: 0, pod: null, publicKey: null },
  ...{ signatures: 0, days: 0, onlySums: false },
};

/**
 * Checks form, structure, references, signatures (of the newest records and some by chance) and sums (of some days) of a
 * database, also while a gateway writes to it. Changes nothing. A file that cannot be read at all is a fault like others.
 * Throws: when the file is not there, or for reasons that have nothing to do with the file.
 */
export function checkDatabase(path: string, options: CheckOptions = {}): Checked {
  const database = new Sqlite(path, {
    ...{ readonly: true, fileMustExist: true, timeout: FACTS_WAIT_MS },
  });
  try {
    return checkConnection(database, {
      verify: createVerifier(),
      random: options.random ?? Math.random,
      allSignatures: options.allSignatures ?? false,
      everyPage: options.everyPage,
      progress: options.progress ?? (() => {}),
    });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    // A table that is not there: the file's first page lies, or it is another program's.
    if (!isDamage(error) && code !== 'SQLITE_ERROR') throw error;
    return { ...NOTHING, faults: [`cannot be read: ${message}`] };
  } finally {
    database.close();
  }
}

/** What a person is told when the gateway's database is damaged. */
export function damageWords(path: string, error: unknown): string {
  return (
    `the database ${path} is damaged (${(error as Error).message}). Nothing was changed. ` +
    `Now run: tallywell repair --data ${dirname(path)}`
  );
}
