/*
 * mqtt-guard.ts: watches the packet lengths of an MQTT stream, so that nobody makes the broker's
 * parser collect megabytes.
 * Way: raw bytes of a client -> guard -> broker (or the connection ends).
 * Pure. Source: MQTT 3.1.1 section 2.2 (fixed header: type byte, then 1..4 bytes of length, 7 bits each).
 */

/** @returns false once a packet announces more than the limit or a malformed length. */
export type PacketGuard = (chunk: Uint8Array) => boolean;

/** Makes a guard for one connection. @param lengthMax remaining length allowed, bytes. */
export function createPacketGuard(lengthMax: number): PacketGuard {
  let bodyLeft = 0;
  // -1: the next byte is a packet's type; 0..3: the next byte is that byte of its length.
  let lengthByte = -1;
  let length = 0;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (bodyLeft > 0) {
        const skip = Math.min(bodyLeft, chunk.length - at);
        bodyLeft -= skip;
        at += skip;
        continue;
      }
      const byte = chunk[at];
      at += 1;
      if (lengthByte < 0) {
        lengthByte = 0;
        length = 0;
        continue;
      }
      length += (byte & 127) * 128 ** lengthByte;
      lengthByte += 1;
      if (length > lengthMax || (byte >= 128 && lengthByte === 4)) return false;
      if (byte < 128) {
        bodyLeft = length;
        lengthByte = -1;
      }
    }
    return true;
  };
}
