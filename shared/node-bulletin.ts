/*
 * What: reads a bulletin whose signature has been checked, in as little code as possible.
 * From where to where: verified payload -> the node's clock and record index. Hosts read with bulletin.ts.
 * Source: the byte table of bulletin.ts. The gateway signs only what is well formed, so nothing is checked here again.
 * Espruino-safe.
 */
import type { Bulletin, BulletinEntry } from './bulletin';
import { BULLETIN_ENTRY_BYTES } from './limits';

/** Bytes before the bulletin sequence: array head, version, head and bytes of the key id. */
const SEQUENCE_AT = 7;

function readEntries(bytes: Uint8Array): BulletinEntry[] {
  const entries: BulletinEntry[] = [];
  for (let at = 0; at < bytes.length; at += BULLETIN_ENTRY_BYTES) {
    entries.push({
      slotInGroup: bytes[at] & 15,
      keyCheck: bytes[at] >> 4,
      epoch: bytes[at + 1] * 256 + bytes[at + 2],
      contiguous: bytes[at + 3] * 256 + bytes[at + 4],
      stored: bytes[at + 5] * 256 + bytes[at + 6],
    });
  }
  return entries;
}

/** `payload` must come out of a bulletin whose signature is the gateway's. */
export function readVerifiedBulletin(payload: Uint8Array): Bulletin {
  let at = SEQUENCE_AT;
  const readUint = (): number => {
    let value = payload[at] & 31;
    at++;
    if (value < 24) return value;
    let size = 1 << (value - 24);
    for (value = 0; size > 0; size--) {
      value = value * 256 + payload[at];
      at++;
    }
    return value;
  };
  const sequence = readUint();
  const timeS = readUint();
  const clockUncertainty = readUint();
  const group = readUint();
  readUint();
  return {
    gatewayKeyId: payload.subarray(3, SEQUENCE_AT),
    sequence: sequence,
    timeS: timeS,
    clockUncertainty: clockUncertainty,
    group: group,
    entries: readEntries(payload.subarray(at)),
  };
}
