/*
 * registration-file.ts: registrations on a USB stick or a phone: sites in the form of POST /api/v1/register, signed by a bench's key.
 * Way: `tallywell register --to FOLDER` -> text -> `tallywell register-file` at the gateway, or its page /admin/sites.
 * Form: {"registration":{"bench","pod","madeAt","sites":[{"site","replaces"}]},"signature"}: canonical JSON (names sorted, no spaces,
 * as RFC 8785 has it for text, whole numbers, true, false, null), Ed25519 (RFC 8032) over REGISTRATION_AAD, a newline and the
 * text of `registration`.
 */
import { z } from 'zod';
import { fromHex, toHex } from '../shared/bytes';
import { verifyEd25519 } from '../shared/verify';
import { REGISTRATION_SITES_MAX } from './limits/pages';

/** What the signature begins with. */
export const REGISTRATION_AAD = 'tallywell-registration-v1';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** Canonical JSON. Throws: a number that is not finite. */
export function canonicalJson(value: unknown): string {
  const json = value as Json;
  if (Array.isArray(json)) return `[${json.map(canonicalJson).join(',')}]`;
  if (typeof json === 'object' && json !== null) {
    const object = json as Readonly<Record<string, Json>>;
    const names = Object.keys(object).filter((name) => object[name] !== undefined);
    const parts = names
      .sort()
      .map((name) => `${JSON.stringify(name)}:${canonicalJson(object[name])}`);
    return `{${parts.join(',')}}`;
  }
  if (typeof json === 'number' && !Number.isFinite(json)) throw new Error('not a finite number');
  return JSON.stringify(json);
}

/** What is signed: a text that says what for, a newline, the canonical JSON. */
export function signedBytes(aad: string, value: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(`${aad}\n${canonicalJson(value)}`));
}

const REGISTRATION = z.strictObject({
  /** Public key of the bench, 64 hex digits. */
  bench: z.string().regex(/^[0-9a-f]{64}$/),
  pod: z.string(),
  /** Unix s, by the clock of the bench. */
  madeAt: z.int(),
  sites: z
    .array(z.strictObject({ site: z.looseObject({ site: z.string() }), replaces: z.boolean() }))
    .max(REGISTRATION_SITES_MAX),
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

/** Why a text is no registration. unreadable: another form; changed: the signature does not fit. */
export type RegistrationFault = 'unreadable' | 'changed';

/** Reads a text whose signature holds. Never throws. */
export function readRegistrationText(text: string): RegistrationFile | RegistrationFault {
  let json: unknown = null;
  try {
    json = JSON.parse(text);
  } catch {
    return 'unreadable';
  }
  const read = FILE.safeParse(json);
  if (!read.success) return 'unreadable';
  const { registration, signature } = read.data;
  const message = signedBytes(REGISTRATION_AAD, registration);
  const isGood = verifyEd25519(message, fromHex(signature), fromHex(registration.bench));
  return isGood ? registration : 'changed';
}
