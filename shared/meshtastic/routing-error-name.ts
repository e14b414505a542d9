/*
 * What: the words for the error codes of Routing, as people who know Meshtastic expect them.
 * From where to where: errorReason -> outcome of a sent packet, status page, log.
 * Source: mesh.proto, enum Routing.Error. Apart from routing.ts so that the node does not carry the words.
 */

const NAMES_FROM_0 = [
  'NONE',
  'NO_ROUTE',
  'GOT_NAK',
  'TIMEOUT',
  'NO_INTERFACE',
  'MAX_RETRANSMIT',
  'NO_CHANNEL',
  'TOO_LARGE',
  'NO_RESPONSE',
  'DUTY_CYCLE_LIMIT',
];
const NAMES_FROM_32 = [
  'BAD_REQUEST',
  'NOT_AUTHORIZED',
  'PKI_FAILED',
  'PKI_UNKNOWN_PUBKEY',
  'ADMIN_BAD_SESSION_KEY',
  'ADMIN_PUBLIC_KEY_UNAUTHORIZED',
  'RATE_LIMIT_EXCEEDED',
  'PKI_SEND_FAIL_PUBLIC_KEY',
];

/** Name of an error code, the number itself as text when it has none here. */
export function routingErrorName(errorReason: number): string {
  if (errorReason < NAMES_FROM_0.length) return NAMES_FROM_0[errorReason];
  const index = errorReason - 32;
  if (index >= 0 && index < NAMES_FROM_32.length) return NAMES_FROM_32[index];
  return String(errorReason);
}
