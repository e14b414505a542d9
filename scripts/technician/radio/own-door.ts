/*
 * own-door.ts: the radio that is plugged in, or reached over TCP: it trusts its own client.
 * Way: apply.ts -> admin messages to the radio's own number -> link.ts. Source: Meshtastic admin.proto; recordings of 2.7.26:
 * after commit_edit_settings it restarts within 8 s; over TCP that shows as a closed connection, on a serial port as `rebooted`
 * or a port that is gone.
 */
import { ADMIN_APP } from '../../../shared/meshtastic/port-num';
import { RADIO_AGAIN_MS, RADIO_BACK_MS, RADIO_RESTART_MS } from '../limits';
import { Trouble } from '../trouble';
import type { RadioDoor } from './door';
import { type LinkNumbers, openRadioLink, type RadioLink, steadyPort } from './link';
import { CONFIG_TYPES, type Variant, writeAdmin } from './official';
import { pause } from './pause';
import { noSettings, takeTold } from './settings';

/** What is asked again after the restart, beside the handshake. */
const GETTERS: Variant[] = [
  { case: 'getOwnerRequest', value: true },
  // Channels are asked for by their index + 1.
  { case: 'getChannelRequest', value: 1 },
  { case: 'getConfigRequest', value: CONFIG_TYPES.lora },
  { case: 'getDeviceMetadataRequest', value: true },
];

/** For tests. */
export interface OwnDoorOptions {
  numbers?: LinkNumbers;
  signal?: AbortSignal;
}

function toSelf(link: RadioLink, message: Variant, wantResponse: boolean) {
  const payload = writeAdmin(message);
  return { to: link.settings.nodeNum, decoded: { portnum: ADMIN_APP, payload, wantResponse } };
}

async function order(link: RadioLink, port: string, message: Variant, section: string) {
  // begin_edit_settings is never acknowledged by a routing message.
  const wantAck = message.case !== 'beginEditSettings';
  const packet = { ...toSelf(link, message, false), wantAck };
  const outcome = await link.send(
    packet,
    (sent) => (wantAck ? sent.routingAnswers : sent.queueAnswers).length > 0,
  );
  if (outcome === 'local') return;
  if (outcome === 'no_answer') throw new Trouble('radio-silent', { port });
  throw new Trouble('radio-refused', { setting: section, reason: outcome.replace(/^nak_/, '') });
}

async function askAgain(link: RadioLink, port: string) {
  const told = { ...noSettings(), nodeNum: link.settings.nodeNum };
  for (const getter of GETTERS) {
    const answer = await link.ask(toSelf(link, getter, true));
    if (answer === null) throw new Trouble('radio-silent', { port });
    if ('refusal' in answer) {
      throw new Trouble('radio-refused', { setting: getter.case, reason: answer.refusal });
    }
    takeTold(told, answer);
  }
  return told;
}

/** Opens again and again until it answers. */
async function openAgain(port: string, options: OwnDoorOptions): Promise<RadioLink> {
  const untilMs = performance.now() + RADIO_BACK_MS;
  for (;;) {
    try {
      return await openRadioLink(port, options.numbers);
    } catch (error) {
      if (!(error instanceof Trouble)) throw error;
      if (options.signal?.aborted) throw new Trouble('cancelled');
      if (performance.now() >= untilMs) throw new Trouble('radio-lost', { port });
    }
    await pause(RADIO_AGAIN_MS, options.signal);
  }
}

/**
 * Connects to the radio at a port. Throws Trouble: no-port, port-denied, port-locked, radio-silent, unplugged;
 * radio-refused where somebody else manages it.
 */
export async function openOwnDoor(
  address: string,
  options: OwnDoorOptions = {},
): Promise<RadioDoor> {
  const port = steadyPort(address);
  let link = await openRadioLink(port, options.numbers);
  if (link.settings.configs.get('security')?.isManaged === true) {
    link.close();
    throw new Trouble('radio-refused', { setting: 'security.isManaged', reason: 'managed' });
  }
  const { nodeNum } = link.settings;
  return {
    nodeNum,
    name: port,
    read: async () => link.settings,
    order: (message, section) => order(link, port, message, section),
    askAgain: () => askAgain(link, port),
    async restarted() {
      await link.ended(RADIO_RESTART_MS);
      link.close();
      link = await openAgain(port, options);
      if (link.settings.nodeNum === nodeNum) return;
      throw new Trouble('radio-lost', { port });
    },
    close: () => link.close(),
  };
}
