/*
 * admin-radio.ts: whose orders over the air a radio shall take: the public key of the technician's own radio.
 * Way: flag --admin-radio (a port, or the key itself) -> 32 bytes for wish.ts. The private key of no radio is looked at.
 */
import { fromHex } from '../../../shared/bytes';
import { Trouble } from '../trouble';
import { openRadioLink, steadyPort } from './link';

const KEY_BYTES = 32;

/** A key as 64 hex digits, or in base64 as the Meshtastic app shows it; null = it is none. */
export function publicKeyOf(text: string): Uint8Array | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return fromHex(text.toLowerCase());
  const base64 = /^(?:base64:)?([A-Za-z0-9+/]{43}=)$/.exec(text);
  return base64 ? new Uint8Array(Buffer.from(base64[1] as string, 'base64')) : null;
}

/**
 * The key, or that of the radio at a port. Throws Trouble: no-port, port-denied, port-locked, radio-silent, unplugged;
 * bad-file (that radio has no key yet).
 */
export async function adminKeyOf(text: string): Promise<Uint8Array> {
  const key = publicKeyOf(text);
  if (key !== null) return key;
  const link = await openRadioLink(steadyPort(text));
  link.close();
  const { configs, owner } = link.settings;
  const told = [configs.get('security')?.publicKey, owner?.publicKey] as (Uint8Array | undefined)[];
  const found = told.find((one) => one?.length === KEY_BYTES);
  if (found) return Uint8Array.from(found);
  throw new Trouble('bad-file', { file: '--admin-radio', fault: 'no-public-key' });
}
