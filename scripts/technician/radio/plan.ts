/*
 * plan.ts: what of a wish a radio does not have yet, and the orders that make it so.
 * Way: settings and wish -> differences (for people, without secrets) and admin messages.
 * Pure. Source: Meshtastic admin.proto; what firmware derives by itself was seen in recordings of 2.7.26.
 */
import { toHex } from '../../../shared/bytes';
import {
  around,
  channelMessage,
  type Message,
  sectionSchema,
  userMessage,
  type Variant,
  withFields,
} from './official';
import { CHANNEL_OFF, type RadioSettings } from './settings';

/** Fields of one section that shall have these values; others stay. */
export type Fields = Readonly<Record<string, unknown>>;

/** A channel that shall be exactly this; null = unused. */
export type ChannelWish = {
  role: number;
  name: string;
  /** 0, 1, 16 or 32 bytes. */
  psk: Uint8Array;
  uplinkEnabled?: boolean;
  downlinkEnabled?: boolean;
  moduleSettings?: Message;
} | null;

/** What a radio shall be like. What is not named stays as it is. Its order is the order of the orders. */
export interface RadioWish {
  owner?: Fields;
  configs: Readonly<Record<string, Fields>>;
  channels: ReadonlyMap<number, ChannelWish>;
  modules: Readonly<Record<string, Fields>>;
}

/** One setting that is not as wished, as people may see it. */
export interface Difference {
  /** lora.region, channel 0.psk, owner.longName … */
  setting: string;
  /** `…` stands for a secret. */
  from: string;
  to: string;
}

/** One order to a radio, and what it changes (nothing, when all is right and it is sent again all the same). */
export interface Order {
  /** Which section: lora, channel 0, owner … */
  section: string;
  message: Variant;
  differences: Difference[];
}

const SECRETS = ['psk', 'password', 'wifiPsk', 'privateKey', 'adminKey'];
/** With a preset the firmware works these out itself. */
const DERIVED_LORA = ['bandwidth', 'spreadFactor', 'codingRate'];

function isSame(a: unknown, b: unknown): boolean {
  return plain(a) === plain(b);
}

/** A value in one spelling: what is left out is the same as its default. */
function plain(value: unknown): string {
  const spelled = JSON.stringify(value ?? null, (key, inner) => {
    if (key.startsWith('$')) return undefined;
    if (inner instanceof Uint8Array) return inner.length ? toHex(inner) : undefined;
    if (typeof inner === 'bigint') return `${inner}`;
    const isDefault = inner === 0 || inner === '' || inner === false || inner === null;
    return isDefault ? undefined : inner;
  });
  return spelled === undefined || spelled === '{}' || spelled === '""' ? 'null' : spelled;
}

function shown(field: string, value: unknown): string {
  if (SECRETS.includes(field)) return plain(value) === 'null' ? '-' : '…';
  if (typeof value === 'object' && value !== null) return plain(value);
  return value === undefined || value === '' ? '-' : `${value}`;
}

function differencesOf(section: string, have: Message | undefined, wish: Fields): Difference[] {
  return Object.entries(wish).flatMap(([field, wanted]) => {
    const had = have?.[field];
    if (isSame(had, wanted)) return [];
    return [{ setting: `${section}.${field}`, from: shown(field, had), to: shown(field, wanted) }];
  });
}

function comparable(name: string, wish: Fields): Fields {
  if (name !== 'lora' || wish.usePreset !== true) return wish;
  return Object.fromEntries(
    Object.entries(wish).filter(([field]) => !DERIVED_LORA.includes(field)),
  );
}

function ownerOrder({ owner }: RadioSettings, wish: Fields): Order {
  // set_owner takes the licence along: left out it would be taken away.
  const kept = owner?.isLicensed === true ? { isLicensed: true } : {};
  return {
    section: 'owner',
    message: { case: 'setOwner', value: userMessage({ ...kept, ...wish }) },
    differences: differencesOf('owner', owner, wish),
  };
}

function sectionOrder(
  settings: RadioSettings,
  kind: 'config' | 'module',
  [name, wish]: [string, Fields],
): Order {
  const have = (kind === 'config' ? settings.configs : settings.modules).get(name);
  const value = around(kind, name, withFields(sectionSchema(kind, name), have, wish));
  return {
    section: name,
    message: { case: kind === 'config' ? 'setConfig' : 'setModuleConfig', value },
    differences: differencesOf(name, have, comparable(name, wish)),
  };
}

/** What of a channel counts, side by side; of an unused one only that. */
function flat(channel: Message | undefined): Fields {
  const role = (channel?.role as number | undefined) ?? CHANNEL_OFF;
  if (role === CHANNEL_OFF) return { role };
  const settings = (channel?.settings ?? {}) as Fields;
  const { name, psk, uplinkEnabled, downlinkEnabled, moduleSettings } = settings;
  return { role, name, psk, uplinkEnabled, downlinkEnabled, moduleSettings };
}

function channelOrder(settings: RadioSettings, index: number, wish: ChannelWish): Order {
  const { role, ...rest } = wish ?? { role: CHANNEL_OFF };
  const value = channelMessage({ index, role, settings: rest });
  const section = `channel ${index}`;
  const differences = differencesOf(
    section,
    flat(settings.channels.get(index)) as Message,
    flat(value),
  );
  return { section, message: { case: 'setChannel', value }, differences };
}

/** The orders that fulfil a wish. Without `again` only those that change something. */
export function planOf(settings: RadioSettings, wish: RadioWish, again = false): Order[] {
  const orders = [
    ...(wish.owner ? [ownerOrder(settings, wish.owner)] : []),
    ...Object.entries(wish.configs).map((one) => sectionOrder(settings, 'config', one)),
    ...[...wish.channels].map(([index, one]) => channelOrder(settings, index, one)),
    ...Object.entries(wish.modules).map((one) => sectionOrder(settings, 'module', one)),
  ];
  return again ? orders : orders.filter(({ differences }) => differences.length > 0);
}

/** Everything in which a radio differs from a wish. */
export function differencesFrom(settings: RadioSettings, wish: RadioWish): Difference[] {
  return planOf(settings, wish).flatMap(({ differences }) => differences);
}
