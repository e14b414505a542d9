/*
 * registration-file.ts: reads a file of registrations on a USB stick.
 * Way: `tallywell register --to FOLDER` -> file -> `tallywell register-file` at the gateway. Form: gateway/registration-file.ts.
 */
import { type RegistrationFile, readRegistrationText } from '../../gateway/registration-file';
import { readOrNull } from './bench-files';
import { Trouble } from './trouble';

/** Reads a file whose signature holds. Throws: Trouble bad-file. */
export function readRegistrationFile(file: string): RegistrationFile {
  const bytes = readOrNull(file);
  if (bytes === null) throw new Trouble('bad-file', { file, fault: 'no-file' });
  const read = readRegistrationText(bytes.toString());
  if (read === 'unreadable') throw new Trouble('bad-file', { file, fault: 'no-registration' });
  if (read === 'changed') throw new Trouble('bad-file', { file, fault: 'signature' });
  return read;
}
