/*
 * What: hears bulletins: checks them, sets the clock by them, marks in the index what the gateway has stored.
 * From where to where: link -> clock and record index. Espruino-safe.
 */
import { type Bulletin, type BulletinEntry, entryCovers, isBulletin } from '../../shared/bulletin';
import { BULLETIN_AAD, sigStructure } from '../../shared/cose';
import { SLOTS_PER_GROUP } from '../../shared/limits';
import { readVerifiedBulletin } from '../../shared/node-bulletin';
import type { Reason } from '../../shared/reasons';
import { splitSigned } from '../../shared/record';
import { coverRecord } from '../keep/journal';
import { BULLETIN_LAG_S } from '../node-limits';
import type { Node } from '../node-parts';
import { setClock } from '../sense/clock';
import { recentOf } from './sender';

/** Marks the records of one epoch as the gateway tells them: also back to "not stored". What is missing goes soon. */
function applyEntry(node: Node, entry: BulletinEntry, uptimeS: number): void {
  const index = node.journal.records;
  const soonS = uptimeS + (node.board.random32() % 600);
  for (let i = 0; i < index.recordCount; i++) {
    if (index.epochs[i] !== entry.epoch) continue;
    const isCovered = entryCovers(entry, index.epochs[i], index.sequences[i]);
    if (isCovered) {
      coverRecord(node.board, node.journal, i);
      continue;
    }
    index.covered[i] = 0;
    index.next = 0;
    node.catchUpAtS = Math.min(node.catchUpAtS, soonS);
    const recent = recentOf(node, i);
    const isOverdue = recent && recent[1] > 0 && recent[1] + BULLETIN_LAG_S < uptimeS;
    if (isOverdue) recent[0] = Math.min(recent[0], soonS);
  }
}

function applyBulletin(node: Node, bulletin: Bulletin, uptimeS: number): void {
  node.bulletinSequence = bulletin.sequence;
  setClock(node.clock, bulletin.timeS, bulletin.clockUncertainty, uptimeS);
  if (bulletin.group !== Math.floor(node.config.slot / SLOTS_PER_GROUP)) return;
  for (let i = 0; i < bulletin.entries.length; i++) {
    const entry = bulletin.entries[i];
    if (entry.slotInGroup !== node.config.slot % SLOTS_PER_GROUP) continue;
    if (entry.keyCheck === (node.keyId[3] & 15)) applyEntry(node, entry, uptimeS);
  }
}

/**
 * Judges a broadcast on our port. Rejects: not-addressed (no bulletin), too-short, too-long, bad-signature,
 * replayed (not newer than the newest one).
 */
export function hearBulletin(node: Node, packet: Uint8Array, from: number): Reason | null {
  const signer = node.board.signer;
  if (!signer || !isBulletin(packet)) return 'not-addressed';
  const signed = splitSigned(packet);
  if (typeof signed === 'string') return signed;
  const message = sigStructure(BULLETIN_AAD, signed.payload);
  if (!signer.verify(signed.signature, message, node.gatewayKey)) return 'bad-signature';
  const bulletin = readVerifiedBulletin(signed.payload);
  if (bulletin.sequence <= node.bulletinSequence) return 'replayed';
  applyBulletin(node, bulletin, Math.floor(node.board.uptimeMs() / 1000));
  node.link.setGateway(from);
  return null;
}
