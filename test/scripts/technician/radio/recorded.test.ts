/*
 * The set-up of a radio against recorded set-ups of a real one: the same orders in meaning, and the settings read back equal.
 * Oracle: recordings of firmware 2.7.26 (test/fixtures/meshtasticd/provisioning*.jsonl, or TALLYWELL_RECORDINGS), official protobufs.
 */
import { expect, test } from 'vitest';
import { SILENT } from '../../../../scripts/technician/progress';
import { applyWish } from '../../../../scripts/technician/radio/apply';
import type { Message } from '../../../../scripts/technician/radio/official';
import { openOwnDoor } from '../../../../scripts/technician/radio/own-door';
import {
  type ChannelWish,
  differencesFrom,
  type Fields,
  type RadioWish,
} from '../../../../scripts/technician/radio/plan';
import type { RadioSettings } from '../../../../scripts/technician/radio/settings';
import { readRecording, recordingNames } from '../../../recordings/recording';
import { type Exchange, exchangesOf, playRadio } from './recorded-radio';
import { ordersOf } from './recorded-wish';

const names = recordingNames().filter((name) => name.startsWith('provisioning'));

function numbersOf(exchanges: Exchange[]) {
  const ids = exchanges.filter(({ meaning }) => meaning.wantConfig !== true);
  const nonces = exchanges.filter(({ meaning }) => meaning.wantConfig === true);
  return {
    nonce: () => nonces.shift()?.number ?? 1,
    packetId: () => ids.shift()?.number ?? 1,
  };
}

/** What the recorded client changed: of each section the fields in which its order differs from what was told before. */
function wishOf(exchanges: Exchange[], told: RadioSettings): RadioWish {
  const configs: Record<string, Fields> = {};
  const modules: Record<string, Fields> = {};
  const channels = new Map<number, ChannelWish>();
  let owner: Fields | undefined;
  for (const { kind, name, message } of ordersOf(exchanges)) {
    if (kind === 'owner') {
      owner = { longName: message.longName, shortName: message.shortName };
    } else if (kind === 'channel') {
      const settings = message.settings as Message;
      const { name: channelName, psk } = settings as unknown as { name: string; psk: Uint8Array };
      channels.set(message.index as number, {
        role: message.role as number,
        name: channelName,
        psk,
      });
    } else {
      const have = (kind === 'config' ? told.configs : told.modules).get(name);
      const changed = Object.entries(message).filter(
        ([field, value]) => !field.startsWith('$') && value !== have?.[field],
      );
      (kind === 'config' ? configs : modules)[name] = Object.fromEntries(changed);
    }
  }
  return { ...(owner ? { owner } : {}), configs, channels, modules };
}

async function setUp(exchanges: Exchange[], again: boolean, seed: number) {
  const radio = await playRadio(exchanges, seed);
  const door = await openOwnDoor(radio.url, { numbers: numbersOf(exchanges) });
  let wish: RadioWish | undefined;
  const applied = await applyWish(
    door,
    (told) => {
      wish = wishOf(exchanges, told);
      return wish;
    },
    {
      progress: SILENT,
      signal: new AbortController().signal,
      isDryRun: false,
      again,
      beforeChange: () => {},
    },
  ).finally(() => expect(radio.differences).toEqual([]));
  door.close();
  expect(radio.left()).toEqual([]);
  return { ...applied, wish: wish as RadioWish };
}

test('there are recordings of set-ups', () => {
  expect(names.length).toBeGreaterThan(1);
});

test.each(names)('%s: the same orders, and everything read back equal', async (name) => {
  const recording = readRecording(name);
  const { settings, wish, differences } = await setUp(exchangesOf(recording), true, 7);
  expect(differences.map(({ setting }) => setting)).toContain('lora.region');
  expect(differencesFrom(settings, wish)).toEqual([]);
  const { owner, channels, lora, my_node_num } = recording.expect;
  expect(settings.nodeNum).toBe(my_node_num);
  expect(settings.owner).toMatchObject({ longName: owner.long_name, shortName: owner.short_name });
  expect(settings.configs.get('lora')).toMatchObject({
    region: lora.region,
    usePreset: lora.use_preset,
    modemPreset: lora.modem_preset,
    hopLimit: lora.hop_limit,
    txEnabled: lora.tx_enabled,
  });
  const first = settings.channels.get(0) as Message & {
    settings: { name: string; psk: Uint8Array };
  };
  expect(Buffer.from(first.settings.psk).toString('hex')).toBe(channels[0].psk_hex);
  expect(first.settings.name).toBe(channels[0].name);
});

test.each(names)('%s: what is right already is not sent', async (name) => {
  const exchanges = exchangesOf(readRecording(name));
  const needless = (exchange: Exchange) =>
    ordersOf([exchange]).some(
      ({ kind, name: section }) => kind === 'config' && section === 'device',
    );
  expect(exchanges.filter(needless)).toHaveLength(1);
  await setUp(
    exchanges.filter((exchange) => !needless(exchange)),
    false,
    99,
  );
});
