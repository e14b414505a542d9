/*
 * partners-file.ts: the file in which a person wrote what partners call our sites.
 * Way: DIR/partners.json -> export/partners.ts -> exports. Read anew each time, so that a change needs no restart.
 */
import { readFileSync, statSync } from 'node:fs';
import { type Partners, readPartners } from './export/partners';
import { PARTNERS_BYTES_MAX } from './limits/export';

/** Its name in the gateway's folder. */
export const PARTNERS_FILE = 'partners.json';

/** Reads it. @returns the names, what is wrong in words, or null where there is no such file */
export function partnersFile(path: string): Partners | { wrong: string } | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return null;
  if (!stat.isFile()) return { wrong: 'it is no file' };
  if (stat.size > PARTNERS_BYTES_MAX) return { wrong: `more than ${PARTNERS_BYTES_MAX} bytes` };
  try {
    return readPartners(readFileSync(path, 'utf8'));
  } catch (error) {
    return { wrong: (error as Error).message };
  }
}
