/*
 * remote-door.ts: a radio out in the field, set up over the air through one that is plugged in.
 * Way: apply.ts -> admin messages as direct messages -> link.ts -> mesh -> the remote radio.
 * Source: Meshtastic AdminModule of 2.7: orders come encrypted for the remote by a radio whose public key is in the remote's admin_key
 * list; those that change something carry the session passkey of an earlier answer (8 bytes, valid 300 s). A refusal comes only to
 * who asks for an answer: without, the remote acknowledges what it threw away.
 */
import type { MeshPacketToSend } from '../../../shared/meshtastic/mesh-packet';
import { nodeIdOf } from '../../../shared/meshtastic/node-id';
import { ADMIN_APP } from '../../../shared/meshtastic/port-num';
import { REMOTE_ANSWER_MS, REMOTE_ATTEMPTS, REMOTE_RESTART_MS, REMOTE_SESSION_MS } from '../limits';
import type { Progress } from '../progress';
import { Trouble } from '../trouble';
import type { RadioDoor } from './door';
import type { RadioLink } from './link';
import {
  type AdminMessage,
  CONFIG_TYPES,
  MODULE_TYPES,
  type Variant,
  writeAdmin,
} from './official';
import { pause } from './pause';
import { noSettings, type RadioSettings, takeTold } from './settings';

/** What the set-up looks at: fewer questions than settings, for each costs the air. Never the keys. */
const CONFIGS = ['lora', 'device', 'position', 'power', 'bluetooth'];
const MODULES = ['mqtt', 'serial', 'rangeTest', 'telemetry', 'neighborInfo'];
const METADATA: Variant = { case: 'getDeviceMetadataRequest', value: true };
/** Errors after which the same packet may fare better. */
const PASSING = /^(MAX_RETRANSMIT|TIMEOUT|PKI_UNKNOWN_PUBKEY|DUTY_CYCLE_LIMIT|refused_32)$/;
const BAD_SESSION = 'ADMIN_BAD_SESSION_KEY';

/** How a remote radio is reached. */
export interface RemoteOptions {
  progress: Progress;
  signal?: AbortSignal;
  /** How its restart is waited for; for tests. */
  wait?: typeof pause;
}

interface Remote {
  link: RadioLink;
  nodeNum: number;
  publicKey: Uint8Array;
  passkey: Uint8Array;
  passkeyAtMs: number;
  options: RemoteOptions;
  /** !hex number. */
  device: string;
}

/** The trouble behind an error of the mesh; '' = nobody answered. */
function refusalTrouble({ device }: Remote, setting: string, reason: string): Trouble {
  if (reason === 'ADMIN_PUBLIC_KEY_UNAUTHORIZED' || reason === 'NOT_AUTHORIZED') {
    return new Trouble('remote-unauthorized', { device });
  }
  if (reason.startsWith('PKI_')) return new Trouble('remote-unknown-key', { device, reason });
  if (reason === '' || PASSING.test(reason)) return new Trouble('remote-silent', { device });
  return new Trouble('radio-refused', { setting, reason });
}

function packetTo(remote: Remote, message: Variant, passkey?: Uint8Array): MeshPacketToSend {
  const { nodeNum: to, publicKey } = remote;
  const payload = writeAdmin(message, passkey);
  const decoded = { portnum: ADMIN_APP, payload, wantResponse: true };
  return { to, channel: 0, pkiEncrypted: true, publicKey, wantAck: true, decoded };
}

function throwIfAborted({ options }: Remote): void {
  if (options.signal?.aborted) throw new Trouble('cancelled');
}

/** Asks until it is answered. Throws remote-silent, remote-unauthorized, remote-unknown-key, radio-refused, cancelled. */
async function ask(remote: Remote, getter: Variant): Promise<AdminMessage> {
  let refusal = '';
  for (let attempt = 0; attempt < REMOTE_ATTEMPTS; attempt += 1) {
    throwIfAborted(remote);
    const answer = await remote.link.ask(packetTo(remote, getter), REMOTE_ANSWER_MS);
    if (answer === null) continue;
    if ('refusal' in answer) {
      refusal = answer.refusal;
      if (PASSING.test(refusal)) continue;
      break;
    }
    if (answer.sessionPasskey.length > 0) {
      remote.passkey = answer.sessionPasskey;
      remote.passkeyAtMs = performance.now();
    }
    return answer;
  }
  throw refusalTrouble(remote, getter.case, refusal);
}

/** Asks for everything the set-up looks at. */
async function read(remote: Remote): Promise<RadioSettings> {
  const getters: Variant[] = [
    METADATA,
    { case: 'getOwnerRequest', value: true },
    ...CONFIGS.map((name) => ({ case: 'getConfigRequest', value: CONFIG_TYPES[name] })),
    ...MODULES.map((name) => ({ case: 'getModuleConfigRequest', value: MODULE_TYPES[name] })),
    { case: 'getChannelRequest', value: 1 },
  ];
  const told = { ...noSettings(), nodeNum: remote.nodeNum };
  for (const [done, getter] of getters.entries()) {
    remote.options.progress.share(done / getters.length);
    takeTold(told, await ask(remote, getter));
  }
  return told;
}

/** Sends an order once, in a session that holds. Resolves with the error, '' = nobody answered, null = done. */
async function orderOnce(remote: Remote, message: Variant): Promise<string | null> {
  throwIfAborted(remote);
  if (performance.now() - remote.passkeyAtMs > REMOTE_SESSION_MS) await ask(remote, METADATA);
  // "relayed" says that a neighbour passed it on, no more: wait for the radio itself.
  const outcome = await remote.link.send(
    packetTo(remote, message, remote.passkey),
    (_sent, result) => /^delivered|^nak_|^refused/.test(result),
  );
  if (outcome === 'delivered') return null;
  return /(?<=nak_).*|^refused.*/.exec(outcome)?.[0] ?? '';
}

async function order(remote: Remote, message: Variant, section: string): Promise<void> {
  let reason = '';
  for (let attempt = 0; attempt < REMOTE_ATTEMPTS; attempt += 1) {
    const error = await orderOnce(remote, message);
    if (error === null) return;
    reason = error;
    // The remote has begun another session: it was switched off in between.
    if (reason === BAD_SESSION) remote.passkeyAtMs = -Infinity;
    else if (reason !== '' && !PASSING.test(reason)) break;
  }
  throw refusalTrouble(remote, section, reason);
}

async function restarted(remote: Remote): Promise<void> {
  const { wait = pause, signal } = remote.options;
  await wait(REMOTE_RESTART_MS, signal);
  // The radio makes a new session when it starts.
  remote.passkeyAtMs = -Infinity;
  try {
    await ask(remote, METADATA);
  } catch (error) {
    if (!(error instanceof Trouble) || error.code !== 'remote-silent') throw error;
    throw new Trouble('remote-lost', { device: remote.device });
  }
}

/** A door to `nodeNum` through an open link, which stays the caller's. Throws remote-unknown-key: no way to order it. */
export function openRemoteDoor(
  link: RadioLink,
  nodeNum: number,
  options: RemoteOptions,
): RadioDoor {
  const device = nodeIdOf(nodeNum);
  const publicKey = link.settings.publicKeys.get(nodeNum);
  if (!publicKey) {
    throw new Trouble('remote-unknown-key', { device, reason: 'not-heard' });
  }
  const passkey = new Uint8Array(0);
  const remote = { link, nodeNum, publicKey, passkey, passkeyAtMs: -Infinity, options, device };
  return {
    nodeNum,
    name: device,
    read: () => read(remote),
    order: (message, section) => order(remote, message, section),
    askAgain: async () => noSettings(),
    restarted: () => restarted(remote),
    close: () => link.close(),
  };
}
