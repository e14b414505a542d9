/*
 * pod-view.ts: what a technician's bench must know of the pod, for GET /api/v1/pod. No secret is in it.
 * Way: key, recovery key, radios, keys in use -> one plain object.
 */
import { fromHex, toHex } from '../shared/bytes';
import { isInUse, type KnownKey } from './core/judge';
import type { RadioView } from './radio-view';
import { fingerprintOf } from './recovery';

/** Answer of GET /api/v1/pod. */
export interface PodView {
  pod: string;
  /** Ed25519 key that signs bulletins, 64 hex digits. */
  publicKey: string;
  /** First 8 bytes of its SHA-256, in four groups, as `tallywell gateway` prints them. */
  fingerprint: string;
  /** null = none was made. */
  recoveryKey: string | null;
  recoveryFingerprint: string | null;
  /** Number of the gateway's radio; null = not known yet. */
  radio: number | null;
  /** As the radio is set up; null = not known. */
  region: string | null;
  preset: string | null;
  frequencyHz: number | null;
  /** Slots in use, rising. */
  slots: number[];
}

/** The pod now. */
export function podView(of: {
  pod: string;
  publicKey: Uint8Array;
  recoveryKey: string | null;
  radios: RadioView[];
  keys: KnownKey[];
}): PodView {
  const { pod, publicKey, recoveryKey } = of;
  const radio = of.radios.find(({ myNodeNum }) => myNodeNum !== null);
  const { region = null, preset = null, frequencyHz = null } = radio?.info ?? {};
  const slots = of.keys.filter(isInUse).map(({ slot }) => slot);
  return {
    ...{ pod, publicKey: toHex(publicKey), fingerprint: fingerprintOf(publicKey), recoveryKey },
    recoveryFingerprint: recoveryKey && fingerprintOf(fromHex(recoveryKey)),
    ...{ radio: radio?.myNodeNum ?? null, region, preset, frequencyHz },
    slots: [...new Set(slots)].sort((a, b) => a - b),
  };
}
