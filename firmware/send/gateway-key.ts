/*
 * What: takes a new gateway key that the pod's recovery key has signed: keeps it first, then believes it.
 * From where to where: the link's broadcasts, before bulletins.ts sees them -> journal -> the key that bulletins are
 * checked with. Espruino-safe.
 */
import { fromHex } from '../../shared/bytes';
import { GATEWAY_KEY_AAD, sigStructure } from '../../shared/cose';
import { decodeGatewayKeyNotice, isGatewayKeyNotice } from '../../shared/gateway-key';
import type { Reason } from '../../shared/reasons';
import { splitSigned } from '../../shared/record';
import { keepGatewayKey, keptGatewayKey } from '../keep/gateway-key-entry';
import { isTooLowToWrite } from '../keep/voltage';
import type { Node } from '../node-parts';
import { timeAt } from '../sense/clock';

/**
 * Judges an announcement. Rejects: too-short, too-long, unknown-key (this node knows no recovery key), bad-signature,
 * every reason of decodeGatewayKeyNotice, replayed (its number is not above the newest one's), not-yet-valid (the
 * node knows the time and it is too early, or the battery is too low to keep it: the announcement is repeated). The new gateway's bulletins are counted from its own first one.
 */
export function hearGatewayKey(node: Node, packet: Uint8Array): Reason | null {
  const signer = node.board.signer;
  const recoveryKey = node.config.recoveryKey;
  const signed = splitSigned(packet);
  if (typeof signed === 'string') return signed;
  if (!signer || !recoveryKey) return 'unknown-key';
  const message = sigStructure(GATEWAY_KEY_AAD, signed.payload);
  if (!signer.verify(signed.signature, message, fromHex(recoveryKey))) return 'bad-signature';
  const notice = decodeGatewayKeyNotice(signed.payload);
  if (typeof notice === 'string') return notice;
  const kept = keptGatewayKey(node.journal);
  if (notice.sequence <= (kept ? kept.sequence : 0)) return 'replayed';
  const timeS = timeAt(node.clock, Math.floor(node.board.uptimeMs() / 1000));
  if (isTooLowToWrite(node.board) || (timeS > 0 && timeS < notice.validFromS))
    return 'not-yet-valid';
  node.gatewayKey = new Uint8Array(notice.publicKey);
  keepGatewayKey(node.board, node.journal, notice.sequence, node.gatewayKey);
  node.bulletinSequence = 0;
  return null;
}

/** Uses the key that was kept, and hears new ones. A part: it must be started before the link. */
export function startGatewayKey(node: Node): void {
  const link = node.link;
  const start = link.start;
  const kept = keptGatewayKey(node.journal);
  if (kept) node.gatewayKey = kept.key;
  link.start = (onBroadcast) => {
    start((packet, from) => {
      if (isGatewayKeyNotice(packet)) hearGatewayKey(node, packet);
      else onBroadcast(packet, from);
    });
  };
}
