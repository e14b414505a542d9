/*
 * recovery.ts: what the gateway knows of the pod's recovery key: its public half, the last drill, and the announcement of
 * this gateway's own key, if that replaced an earlier one.
 * Way: facts that `tallywell recovery-key` wrote -> status, provisioning, radio.
 */
import { createHash } from 'node:crypto';
import { fromHex, toHex } from '../shared/bytes';
import { verifySigned } from '../shared/verify';
import { readGatewayKeyNotice } from './core/gateway-key-notice';
import { DRILL_AFTER_S } from './limits/bulletins';

/** Facts of the database. */
export const META_RECOVERY_KEY = 'recovery_public_key';
export const META_RECOVERY_MADE = 'recovery_made_s';
export const META_RECOVERY_DRILLED = 'recovery_drilled_s';
export const META_NOTICE = 'gateway_key_notice';

/** Where facts are read. */
export type ReadFact = (name: string) => string | number | undefined;

/** The recovery key in status. */
export interface RecoveryView {
  /** Public half, hex; null = none was made. */
  publicKey: string | null;
  fingerprint: string | null;
  /** Unix s; null = never. */
  made: number | null;
  drilled: number | null;
  /** Nodes that have not shown yet that they took this gateway's key; null = the key replaced none. */
  nodesWaiting: number | null;
}

/** A public key as people compare it: the first 8 bytes of its SHA-256, in four groups. */
export function fingerprintOf(publicKey: Uint8Array): string {
  const hash = createHash('sha256').update(publicKey).digest('hex');
  return (hash.slice(0, 16).match(/.{4}/g) as string[]).join(' ');
}

function numberOf(fact: string | number | undefined): number | null {
  return fact === undefined ? null : Number(fact);
}

/** Reads what there is. */
export function recoveryView(read: ReadFact, nodesWaiting: number | null): RecoveryView {
  const publicKey = read(META_RECOVERY_KEY);
  return {
    publicKey: publicKey === undefined ? null : String(publicKey),
    fingerprint: publicKey === undefined ? null : fingerprintOf(fromHex(String(publicKey))),
    made: numberOf(read(META_RECOVERY_MADE)),
    drilled: numberOf(read(META_RECOVERY_DRILLED)),
    nodesWaiting,
  };
}

/** What a person should do about the recovery key. `nowS`: null = the time is unknown. */
export function recoveryWarnings(view: RecoveryView, nowS: number | null): string[] {
  if (view.publicKey === null) {
    return [
      'no recovery key: if this computer is stolen the nodes must all be visited; run `tallywell recovery-key make`',
    ];
  }
  const warnings: string[] = [];
  const provedS = Math.max(view.made ?? 0, view.drilled ?? 0);
  if (nowS !== null && nowS - provedS > DRILL_AFTER_S) {
    warnings.push(
      'the recovery key was not tried for a year: run `tallywell recovery-key drill` with the sheet of paper',
    );
  }
  if (view.nodesWaiting !== null && view.nodesWaiting > 0) {
    warnings.push(
      `${view.nodesWaiting} nodes have not taken the new gateway key yet; it is announced`,
    );
  }
  return warnings;
}

/**
 * The announcement of this gateway's own key, checked as a node checks it. @returns null when there is none, or a word
 * why it cannot be sent.
 */
export function ownNotice(
  read: ReadFact,
  ownKey: Uint8Array,
): Uint8Array | null | { wrong: string } {
  const text = read(META_NOTICE);
  if (text === undefined) return null;
  const recoveryKey = read(META_RECOVERY_KEY);
  if (recoveryKey === undefined) return { wrong: 'there is no recovery key' };
  const packet = fromHex(String(text));
  const notice = readGatewayKeyNotice(packet, fromHex(String(recoveryKey)), verifySigned);
  if (typeof notice === 'string') return { wrong: notice };
  if (toHex(notice.publicKey) !== toHex(ownKey)) return { wrong: 'it names another key' };
  return packet;
}
