/*
 * gateway-key-notice.ts: makes and checks the announcement of a new gateway key.
 * Way: the pod's recovery key (offline) signs a new public key -> a packet that any radio of the mesh may broadcast,
 * again and again, until every node has it; before a gateway broadcasts one it checks it here.
 * Pure: signing and checking are handed in. Source: shared/gateway-key.ts, COSE Sig_structure (RFC 9052 section 4.4).
 */
import { concat } from '../../shared/bytes';
import { GATEWAY_KEY_AAD, sigStructure } from '../../shared/cose';
import {
  decodeGatewayKeyNotice,
  encodeGatewayKeyNotice,
  type GatewayKeyNotice,
  isGatewayKeyNotice,
} from '../../shared/gateway-key';
import type { Reason } from '../../shared/reasons';
import { splitSigned } from '../../shared/record';

/**
 * The packet to broadcast. `signWithRecoveryKey` gives the 64-byte Ed25519 signature of its argument.
 * Throws: a key that has not 32 bytes, a number outside 1..2^32-1, a time that is no u32.
 */
export function makeGatewayKeyNotice(
  notice: GatewayKeyNotice,
  signWithRecoveryKey: (message: Uint8Array) => Uint8Array,
): Uint8Array {
  const payload = encodeGatewayKeyNotice(notice);
  return concat([payload, signWithRecoveryKey(sigStructure(GATEWAY_KEY_AAD, payload))]);
}

/**
 * Reads a packet and checks it as a node does, but for the node's memory of earlier ones.
 * `verify` is Ed25519 over the Sig_structure of payload with this external_aad.
 * Rejects: not-addressed (something else), too-short, too-long, every reason of decodeGatewayKeyNotice, bad-signature.
 */
export function readGatewayKeyNotice(
  packet: Uint8Array,
  recoveryKey: Uint8Array,
  verify: (
    aad: string,
    payload: Uint8Array,
    signature: Uint8Array,
    publicKey: Uint8Array,
  ) => boolean,
): GatewayKeyNotice | Reason {
  const parts = splitSigned(packet);
  if (typeof parts === 'string') return parts;
  if (!isGatewayKeyNotice(packet)) return 'not-addressed';
  const notice = decodeGatewayKeyNotice(parts.payload);
  if (typeof notice === 'string') return notice;
  const holds = verify(GATEWAY_KEY_AAD, parts.payload, parts.signature, recoveryKey);
  return holds ? notice : 'bad-signature';
}
