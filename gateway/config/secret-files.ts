/*
 * secret-files.ts: the files in which secrets lie: may others read them?
 * Way: paths of the configuration -> file system -> warnings and, for the log, what must never be written.
 */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SECRET_FILE_BYTES_MAX } from '../limits/operations';
import type { Config } from './schema';

/** A file that holds a secret. */
export interface SecretFile {
  /** Option that names it, or what it is. */
  option: string;
  path: string;
}

/** The files of a configuration that hold secrets, whether they are there or not. */
export function secretFilesOf({ data, mqtt }: Config): SecretFile[] {
  const files: SecretFile[] = [{ option: 'the gateway’s key', path: join(data, 'gateway.key') }];
  if (mqtt.external.passwordFile) {
    files.push({ option: 'mqtt.external.passwordFile', path: mqtt.external.passwordFile });
  }
  if (mqtt.tls.key) files.push({ option: 'mqtt.tls.key', path: mqtt.tls.key });
  return files;
}

/** Warns where others than the owner and his group may read a secret, or may change it. */
export function secretFileWarnings(files: readonly SecretFile[]): string[] {
  return files.flatMap(({ option, path }) => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined || (found.mode & 0o027) === 0) return [];
    const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
    return [
      `${option}: ${path} may be read or changed by others (mode ${mode}): run chmod 600 ${path}`,
    ];
  });
}

/** First line of a secret file; null = it cannot be read. */
export function readSecretLine(path: string): string | null {
  try {
    if (statSync(path).size > SECRET_FILE_BYTES_MAX) return null;
    return readFileSync(path, 'utf8').split(/\r?\n/, 1)[0];
  } catch {
    return null;
  }
}
