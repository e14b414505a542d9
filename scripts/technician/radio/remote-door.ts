/*
 * remote-door.ts: a radio out in the field, set up over the air through one that is plugged in.
 * Way: apply.ts -> admin messages as direct messages -> link.ts -> mesh -> the remote radio.
 * Source: Meshtastic AdminModule of 2.7: orders come encrypted for the remote by a radio whose public key is in the remote's admin_key
 * list; those that change something carry the session passkey of an earlier answer (8 bytes, valid 300 s).
 */
import type { MeshPacketToSend } from '../../../shared/meshtastic/mesh-packet';
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

/** What the set-up looks at: fewer questions than settings, for each costs the air. */
const CONFIGS = ['lora', 'device', 'position', 'power', 'bluetooth'];
const MODULES = ['mqtt', 'serial', 'rangeTest', 'telemetry', 'neighborInfo'];

interface Remote {
  link: RadioLink;
  nodeNum: number;
  /** How its packets are kept secret. */
  cover: Pick<MeshPacketToSend, 'channel' | 'pkiEncrypted' | 'publicKey'>;
  passkey: Uint8Array;
  passkeyAtMs: number;
  progress: Progress;
  name: string;
}

/** Throws radio-refused when the radio at the port does not know the other's public key. */
function coverFor({ publicKeys }: RadioSettings, nodeNum: number): Remote['cover'] {
  const publicKey = publicKeys.get(nodeNum);
  if (publicKey) return { channel: 0, pkiEncrypted: true, publicKey };
  throw new Trouble('radio-refused', { setting: 'remote', reason: 'public key not known yet' });
}

function packetTo(remote: Remote, message: Variant, wantResponse: boolean): MeshPacketToSend {
  const payload = writeAdmin(message, wantResponse ? undefined : remote.passkey);
  return {
    to: remote.nodeNum,
    ...remote.cover,
    wantAck: true,
    decoded: { portnum: ADMIN_APP, payload, wantResponse },
  };
}

/** Asks until it is answered. Throws radio-silent. */
async function ask(remote: Remote, getter: Variant): Promise<AdminMessage> {
  for (let attempt = 0; attempt < REMOTE_ATTEMPTS; attempt += 1) {
    const answer = await remote.link.ask(packetTo(remote, getter, true), REMOTE_ANSWER_MS);
    if (answer === null) continue;
    if (answer.sessionPasskey.length > 0) {
      remote.passkey = answer.sessionPasskey;
      remote.passkeyAtMs = performance.now();
    }
    return answer;
  }
  throw new Trouble('radio-silent', { port: remote.name });
}

/** Asks for everything the set-up looks at. */
async function read(remote: Remote): Promise<RadioSettings> {
  const getters: Variant[] = [
    { case: 'getDeviceMetadataRequest', value: true },
    { case: 'getOwnerRequest', value: true },
    ...CONFIGS.map((name) => ({ case: 'getConfigRequest', value: CONFIG_TYPES[name] })),
    ...MODULES.map((name) => ({ case: 'getModuleConfigRequest', value: MODULE_TYPES[name] })),
    { case: 'getChannelRequest', value: 1 },
  ];
  const told = { ...noSettings(), nodeNum: remote.nodeNum };
  for (const [done, getter] of getters.entries()) {
    remote.progress.share(done / getters.length);
    takeTold(told, await ask(remote, getter));
  }
  return told;
}

async function order(remote: Remote, message: Variant, section: string): Promise<void> {
  if (performance.now() - remote.passkeyAtMs > REMOTE_SESSION_MS) {
    await ask(remote, { case: 'getDeviceMetadataRequest', value: true });
  }
  let outcome = 'no_answer';
  for (let attempt = 0; attempt < REMOTE_ATTEMPTS; attempt += 1) {
    // "relayed" says that a neighbour passed it on, no more: wait for the radio itself.
    outcome = await remote.link.send(packetTo(remote, message, false), (_sent, result) =>
      /^delivered|^nak_|^refused/.test(result),
    );
    if (outcome === 'delivered') return;
    if (/nak_(?!MAX_RETRANSMIT|TIMEOUT)/.test(outcome)) break;
  }
  if (!/nak_|refused/.test(outcome)) throw new Trouble('radio-silent', { port: remote.name });
  const reason = outcome.replace(/^.*nak_/, '');
  throw new Trouble('radio-refused', { setting: section, reason });
}

/** A door to `nodeNum` through an open link, which stays the caller's. Throws radio-refused: no way to order it. */
export function openRemoteDoor(link: RadioLink, nodeNum: number, progress: Progress): RadioDoor {
  const name = `!${nodeNum.toString(16).padStart(8, '0')}`;
  const cover = coverFor(link.settings, nodeNum);
  const passkey = new Uint8Array(0);
  const remote = { link, nodeNum, cover, passkey, passkeyAtMs: -Infinity, progress, name };
  return {
    nodeNum,
    name,
    read: () => read(remote),
    order: (message, section) => order(remote, message, section),
    askAgain: async () => noSettings(),
    async restarted() {
      await pause(REMOTE_RESTART_MS);
      // The radio makes a new session when it starts.
      remote.passkeyAtMs = -Infinity;
      try {
        await ask(remote, { case: 'getDeviceMetadataRequest', value: true });
      } catch (error) {
        if (!(error instanceof Trouble) || error.code !== 'radio-silent') throw error;
        throw new Trouble('radio-lost', { port: name });
      }
    },
    close: () => link.close(),
  };
}
