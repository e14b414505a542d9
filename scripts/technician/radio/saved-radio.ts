/*
 * saved-radio.ts: a radio's settings as the bench keeps them for undo, and the wish that brings them back.
 * Way: RadioSettings <-> JSON with bytes as base64 (Snapshot.radio).
 * The radio's own key pair never goes in: it is neither read out nor rolled back. The channel's key does.
 */
import { z } from 'zod';
import { Trouble } from '../trouble';
import {
  bytesOf,
  CHANNEL_SCHEMA,
  type Message,
  messageOf,
  sectionSchema,
  USER_SCHEMA,
  withFields,
} from './official';
import type { ChannelWish, Fields, RadioWish } from './plan';
import { CHANNEL_OFF, noSettings, type RadioSettings } from './settings';

const OWN_KEYS = ['privateKey', 'publicKey'];
const NO_KEYS = { privateKey: new Uint8Array(0), publicKey: new Uint8Array(0) };

const section = z.record(z.string(), z.string());
const SAVED = z.object({
  nodeNum: z.number().int(),
  firmware: z.string(),
  hardware: z.string(),
  owner: z.string().nullable(),
  configs: section,
  modules: section,
  channels: section,
});

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function sectionsOf(kind: 'config' | 'module', sections: Map<string, Message>) {
  const saved: Record<string, string> = {};
  for (const [name, told] of sections) {
    const schema = sectionSchema(kind, name);
    const kept = name === 'security' ? withFields(schema, told, NO_KEYS) : told;
    saved[name] = base64(bytesOf(schema, kept));
  }
  return saved;
}

/** JSON of everything that can be brought back. */
export function savedSettings(settings: RadioSettings): unknown {
  const channels = [...settings.channels].map(
    ([index, channel]) => [`${index}`, base64(bytesOf(CHANNEL_SCHEMA, channel))] as const,
  );
  const saved: z.infer<typeof SAVED> = {
    nodeNum: settings.nodeNum,
    firmware: settings.firmware,
    hardware: settings.hardware,
    owner: settings.owner ? base64(bytesOf(USER_SCHEMA, settings.owner)) : null,
    configs: sectionsOf('config', settings.configs),
    modules: sectionsOf('module', settings.modules),
    channels: Object.fromEntries(channels),
  };
  return saved;
}

/** The settings that were saved. Throws: Trouble bad-file. */
export function settingsOfSaved(saved: unknown): RadioSettings {
  try {
    const { owner, configs, modules, channels, ...rest } = SAVED.parse(saved);
    const read = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
    const sections = (kind: 'config' | 'module', all: Record<string, string>) =>
      new Map(
        Object.entries(all).map(([name, text]) => [
          name,
          messageOf(sectionSchema(kind, name), read(text)),
        ]),
      );
    const settings = { ...noSettings(), ...rest };
    if (owner !== null) settings.owner = messageOf(USER_SCHEMA, read(owner));
    settings.configs = sections('config', configs);
    settings.modules = sections('module', modules);
    for (const [index, text] of Object.entries(channels)) {
      settings.channels.set(Number(index), messageOf(CHANNEL_SCHEMA, read(text)));
    }
    return settings;
  } catch {
    throw new Trouble('bad-file', { file: 'saved radio', fault: 'damaged' });
  }
}

function allFields(message: Message, without: readonly string[]): Fields {
  const fields = Object.entries(message).filter(
    ([name]) => !name.startsWith('$') && !without.includes(name),
  );
  return Object.fromEntries(fields);
}

function wishesOf(sections: Map<string, Message>): Record<string, Fields> {
  const wishes = [...sections].map(
    ([name, told]) => [name, allFields(told, name === 'security' ? OWN_KEYS : [])] as const,
  );
  return Object.fromEntries(wishes);
}

function channelWish({ role, settings }: Message): ChannelWish {
  if (role === CHANNEL_OFF || settings === undefined) return null;
  return { ...allFields(settings as Message, []), role } as ChannelWish;
}

/** The wish for all that was saved. */
export function wishOfSaved(saved: RadioSettings): RadioWish {
  const { owner } = saved;
  return {
    ...(owner ? { owner: { longName: owner.longName, shortName: owner.shortName } } : {}),
    configs: wishesOf(saved.configs),
    channels: new Map([...saved.channels].map(([index, one]) => [index, channelWish(one)])),
    modules: wishesOf(saved.modules),
  };
}
