/*
 * register-file.ts: the register's file (JSON): read at the start, and again whenever it was changed.
 * Way: file -> core/register.ts -> store and custody. A file that cannot be used changes nothing: the gateway goes on
 * with what it knows, and says so.
 */
import { readFileSync, statSync } from 'node:fs';
import { toHex } from '../shared/bytes';
import { keyIdOf } from '../shared/verify';
import { type Register, RegisterError, readRegister } from './core/register';
import { REGISTER_BYTES_MAX } from './limits/store';

/** A register's file. */
export interface RegisterFile {
  /** Reads it. Throws: RegisterError, with the place and the fault in words. */
  read(): Register;
  /** Words of the sites that were in it when it was read last and could be used. */
  sites(): string[];
  /** Was it changed since it was read (or looked at) last? A file that is gone was not changed. */
  hasChanged(): boolean;
}

/** Two public keys must not share their 4-byte id, for the id is how records name them. */
function refuseSharedIds(register: Register): void {
  const keys = new Map<string, string>();
  for (const { publicKey } of register.sites.flatMap((site) => site.nodes)) {
    const id = toHex(keyIdOf(publicKey));
    const key = toHex(publicKey);
    if ((keys.get(id) ?? key) !== key)
      throw new RegisterError(`register: two keys share the id ${id}`);
    keys.set(id, key);
  }
}

function readFile(path: string): Register {
  let json: unknown;
  try {
    if (statSync(path).size > REGISTER_BYTES_MAX) throw new Error('is too large');
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const words = isGone
      ? 'there is no such file: write it, or take "register" out of the configuration'
      : (error as Error).message;
    throw new RegisterError(`register: ${path}: ${words}`);
  }
  const register = readRegister(json);
  refuseSharedIds(register);
  return register;
}

function stampOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.mtimeMs}/${found.size}/${found.ino}`;
}

/** The register's file at this path. Nothing is read yet. */
export function registerFile(path: string): RegisterFile {
  let stamp: string | null = null;
  let names: string[] = [];
  return {
    read() {
      stamp = stampOf(path);
      const register = readFile(path);
      names = register.sites.map(({ site }) => site);
      return register;
    },
    sites: () => names,
    hasChanged() {
      const now = stampOf(path);
      if (now === null || now === stamp) return false;
      stamp = now;
      return true;
    },
  };
}
