/*
 * registration-file.ts: registrations on a USB stick: sites in the form of POST /api/v1/register, signed by the bench's key.
 * Way: `tallywell register --to FOLDER` -> file -> `tallywell register-file` at the gateway.
 * Form: {"registration":{"bench","pod","madeAt","sites":[{"site","replaces"}]},"signature"}: canonical JSON as in the log
 * (bench-log.ts), Ed25519 over REGISTRATION_AAD, a newline and the text of `registration`.
 */
import { z } from 'zod';
import { fromHex, toHex } from '../../shared/bytes';
import { verifyEd25519 } from '../../shared/verify';
import { readOrNull } from './bench-files';
import { canonicalJson, signedBytes } from './bench-log';
import { Trouble } from './trouble';

/** What the signature begins with. */
export const REGISTRATION_AAD = 'tallywell-registration-v1';

const REGISTRATION = z.strictObject({
  /** Public key of the bench, 64 hex digits. */
  bench: z.string().regex(/^[0-9a-f]{64}$/),
  pod: z.string(),
  /** Unix s, by the clock of the bench. */
  madeAt: z.int(),
  sites: z.array(
    z.strictObject({ site: z.looseObject({ site: z.string() }), replaces: z.boolean() }),
  ),
});
const FILE = z.strictObject({
  registration: REGISTRATION,
  signature: z.string().regex(/^[0-9a-f]{128}$/),
});

/** What such a file says. */
export type RegistrationFile = z.infer<typeof REGISTRATION>;

/** The text of a file. @param sign Ed25519 with the bench's key */
export function makeRegistration(
  registration: RegistrationFile,
  sign: (message: Uint8Array) => Uint8Array,
): string {
  const signature = toHex(sign(signedBytes(REGISTRATION_AAD, registration)));
  return `${canonicalJson({ registration, signature })}\n`;
}

/** Reads a file whose signature holds. Throws: Trouble bad-file. */
export function readRegistrationFile(file: string): RegistrationFile {
  const bytes = readOrNull(file);
  if (bytes === null) throw new Trouble('bad-file', { file, fault: 'there is no such file' });
  let json: unknown = null;
  try {
    json = JSON.parse(bytes.toString());
  } catch {
    // Said below.
  }
  const read = FILE.safeParse(json);
  if (!read.success) throw new Trouble('bad-file', { file, fault: 'no registration of a bench' });
  const { registration, signature } = read.data;
  const message = signedBytes(REGISTRATION_AAD, registration);
  if (!verifyEd25519(message, fromHex(signature), fromHex(registration.bench)))
    throw new Trouble('bad-file', { file, fault: 'the signature does not fit: it was changed' });
  return registration;
}
