/*
 * Administration of a virtual radio by its own client.
 * From: packets on ADMIN_APP; to: its settings, its restart, answers. Source: Meshtastic 2.7.26 admin.proto, AdminModule;
 * held against recordings test/fixtures/meshtasticd/provisioning*. Orders over the air: radio-remote-admin.ts.
 */

import { decodeSecurityConfig } from '../../shared/meshtastic/config-sections';
import type { DeviceMetadata } from '../../shared/meshtastic/device-metadata';
import { encodeDeviceMetadata } from '../../shared/meshtastic/device-metadata';
import {
  createReader,
  createWriter,
  finish,
  nextField,
  putBytes,
  putMessage,
  readBytes,
  readFixed32,
  readUint,
  skipField,
} from '../../shared/meshtastic/protobuf';
import { ERROR_NONE } from '../../shared/meshtastic/routing';
import { decodeUser, encodeUser, type User } from '../../shared/meshtastic/user';
import { keysInSecurity } from './public-keys';
import type { RadioCore } from './radio-core';
import { type RadioSettings, SECURITY_SECTION } from './radio-settings';

const ERROR_NOT_AUTHORIZED = 33;
const ERROR_BAD_SESSION_KEY = 36;
const ERROR_KEY_UNAUTHORIZED = 37;
const RESTART_S = 7;
const PASSKEY_BYTES = 8;
const PASSKEY_NEW_MS = 150_000;
const PASSKEY_ENDS_MS = 300_000;
const PASSKEY_FIELD = 101;
const SET_OWNER = 32;
const SET_CHANNEL = 33;
const SET_CONFIG = 34;
const SET_MODULE = 35;
const SET_TIME = 43;
const BEGIN = 64;
const COMMIT = 65;
const REBOOT = 97;

/** Faults that can be planted in a radio's administration. */
export interface AdminFaults {
  /** The order that is answered with NOT_AUTHORIZED: owner, channel, config.6, module.2 … */
  refuses?: string;
  /** The order that is acknowledged, but not kept. */
  forgets?: string;
  /** After the commit it goes out and does not come back. */
  staysAway?: boolean;
  /** It takes requests for its settings and never answers. */
  isMute?: boolean;
}

/** What came of an admin message. */
export interface Administered {
  /** Error of the routing answer, 0 = none. */
  error: number;
  /** AdminMessage that answers it; undefined = it asks for nothing. */
  answer?: Uint8Array;
}

export interface RadioAdmin {
  take(payload: Uint8Array): Administered;
  /** An admin message over the air; `publicKey`: whose key it was sealed with, undefined = it was not. */
  takeRemote(payload: Uint8Array, publicKey: Uint8Array | undefined): Administered;
  /** Ends an open edit and the session (power off). */
  clear(): void;
}

/** What administration works on. */
export interface AdminParts {
  settings: RadioSettings;
  user: User;
  metadata(): Partial<DeviceMetadata>;
  /** Restarts the radio after so many seconds; `comesBack` false: only switches it off. */
  restart(seconds: number, comesBack: boolean): void;
}

interface Order {
  field: number;
  number: number;
  bytes: Uint8Array;
  passkey: Uint8Array;
}

const NUMBERS = [1, 3, 5, 7, 12, BEGIN, COMMIT, REBOOT];
const MESSAGES = [SET_OWNER, SET_CHANNEL, SET_CONFIG, SET_MODULE];

function readOrder(payload: Uint8Array): Order {
  const none = new Uint8Array(0);
  const order = { field: 0, number: 0, bytes: none, passkey: none };
  const reader = createReader(payload);
  for (let field = nextField(reader); field !== 0; field = nextField(reader)) {
    if (NUMBERS.includes(field)) Object.assign(order, { field, number: readUint(reader) });
    else if (MESSAGES.includes(field)) {
      Object.assign(order, { field, bytes: Uint8Array.from(readBytes(reader)) });
    } else if (field === PASSKEY_FIELD) order.passkey = Uint8Array.from(readBytes(reader));
    else if (field === SET_TIME) Object.assign(order, { field, number: readFixed32(reader) });
    else skipField(reader);
  }
  return order;
}

/** Number and bytes of the one section inside a Config or ModuleConfig. */
function sectionIn(bytes: Uint8Array): [number, Uint8Array] {
  const reader = createReader(bytes);
  const field = nextField(reader);
  return [field, field === 0 ? new Uint8Array(0) : Uint8Array.from(readBytes(reader))];
}

function nameOf({ field, bytes }: Order): string {
  if (field === SET_OWNER) return 'owner';
  if (field === SET_CHANNEL) return 'channel';
  if (field === SET_CONFIG) return `config.${sectionIn(bytes)[0]}`;
  return field === SET_MODULE ? `module.${sectionIn(bytes)[0]}` : '';
}

function message(field: number, bytes: Uint8Array): Uint8Array {
  const writer = createWriter(bytes.length + 8);
  putMessage(writer, field, bytes);
  return finish(writer);
}

/** The answer to a getter, without its passkey; undefined = it is no getter. */
function told({ field, number }: Order, parts: AdminParts): Uint8Array | undefined {
  const { now } = parts.settings;
  const none = new Uint8Array(0);
  if (field === 1) return message(2, now.channels[number - 1] ?? none);
  if (field === 3) return message(4, encodeUser(parts.user));
  if (field === 5) return message(6, message(number + 1, now.configs.get(number + 1) ?? none));
  if (field === 7) return message(8, message(number + 1, now.modules.get(number + 1) ?? none));
  if (field === 12) return message(13, encodeDeviceMetadata(parts.metadata()));
  return undefined;
}

function set(parts: AdminParts, { field, bytes }: Order): void {
  const { settings, user } = parts;
  if (field === SET_CHANNEL) settings.setChannel(bytes);
  else if (field === SET_CONFIG) settings.setConfig(...sectionIn(bytes));
  else if (field === SET_MODULE) settings.setModule(...sectionIn(bytes));
  else {
    const { longName, shortName } = decodeUser(bytes) as User;
    settings.setOwner(longName || settings.now.longName, shortName || settings.now.shortName);
    user.longName = settings.now.longName;
    user.shortName = settings.now.shortName;
  }
  user.publicKey = settings.now.publicKey;
}

function isManaged({ now }: RadioSettings): boolean {
  const security = decodeSecurityConfig(now.configs.get(SECURITY_SECTION) ?? new Uint8Array(0));
  return typeof security !== 'string' && security.isManaged;
}

/** Administration of one radio. */
export function createAdmin(core: RadioCore, parts: AdminParts): RadioAdmin {
  const faults = core.options.adminFaults ?? {};
  let isEditing = false;
  let passkey = new Uint8Array(0);
  let passkeyAtMs = 0;

  const withPasskey = (answer: Uint8Array): Uint8Array => {
    const nowMs = core.world.nowMs();
    if (passkey.length === 0 || nowMs - passkeyAtMs >= PASSKEY_NEW_MS) {
      passkey = Uint8Array.from(core.dice.bytes(PASSKEY_BYTES));
      passkeyAtMs = nowMs;
    }
    const writer = createWriter(16);
    putBytes(writer, PASSKEY_FIELD, passkey);
    return new Uint8Array(Buffer.concat([answer, finish(writer)]));
  };
  const restart = (): void => {
    parts.settings.commit();
    parts.restart(RESTART_S, faults.staysAway !== true);
  };
  const obeyOrder = (order: Order): void => {
    if (order.field === SET_TIME) core.clock.set(order.number);
    else if (order.field === REBOOT) parts.restart(order.number, true);
    else if (order.field === BEGIN) isEditing = true;
    else if (order.field === COMMIT) {
      isEditing = false;
      restart();
    } else if (MESSAGES.includes(order.field)) {
      if (nameOf(order) !== faults.forgets) set(parts, order);
      if (!isEditing) restart();
    }
  };
  const isSession = (shown: Uint8Array): boolean =>
    passkey.length > 0 &&
    core.world.nowMs() - passkeyAtMs < PASSKEY_ENDS_MS &&
    Buffer.compare(shown, passkey) === 0;
  const takeOrder = (order: Order): Administered => {
    const isRefused = faults.refuses !== undefined && nameOf(order) === faults.refuses;
    if (isRefused) return { error: ERROR_NOT_AUTHORIZED };
    obeyOrder(order);
    return { error: ERROR_NONE };
  };
  const take = (payload: Uint8Array): Administered => {
    const order = readOrder(payload);
    const answer = told(order, parts);
    if (answer !== undefined) return { error: ERROR_NONE, answer: withPasskey(answer) };
    // Orders to a managed radio are acknowledged and ignored.
    return isManaged(parts.settings) ? { error: ERROR_NONE } : takeOrder(order);
  };
  const takeRemote: RadioAdmin['takeRemote'] = (payload, publicKey) => {
    if (publicKey === undefined) return { error: ERROR_NOT_AUTHORIZED };
    const security = parts.settings.now.configs.get(SECURITY_SECTION) ?? new Uint8Array(0);
    const { adminKeys } = keysInSecurity(security);
    const isKnown = adminKeys.some((key) => Buffer.compare(key, publicKey) === 0);
    if (!isKnown) return { error: ERROR_KEY_UNAUTHORIZED };
    const order = readOrder(payload);
    const answer = told(order, parts);
    if (answer !== undefined) return { error: ERROR_NONE, answer: withPasskey(answer) };
    return isSession(order.passkey) ? takeOrder(order) : { error: ERROR_BAD_SESSION_KEY };
  };
  const clear = (): void => {
    isEditing = false;
    passkey = new Uint8Array(0);
  };
  return { take, takeRemote, clear };
}
