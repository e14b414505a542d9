/*
 * opening.ts: from options to the things the gateway stands on: database, key, register, radio's address.
 * Way: command line or library call -> checked values, opened files.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../shared/bytes';
import { damageWords, isDamage } from './checking';
import { recallClock } from './clock-keeping';
import { isTopicWord } from './core/register';
import type { GatewayClock } from './edges/clock';
import { type GatewayKey, loadGatewayKey } from './edges/key';
import { portAdvice, serialTransport } from './edges/radio-serial';
import { tcpTransport } from './edges/radio-tcp';
import { lostDatabaseWords } from './edges/store/facts';
import type { Lock } from './edges/store/lock';
import { META_GATEWAY_KEY, META_POD, openStore, type Store } from './edges/store/store';
import type { OpenTransport } from './edges/transport';
import { takeFolder } from './installing';
import type { GatewayOptions } from './options';
import type { RadioAddress } from './radios';
import { type RegisterFile, registerFile } from './register-file';
import { importWithRegistrations } from './registering';

const DEFAULT_RADIO_PORT = 4403;

/** Chooses the transport from the address. Throws: when it has neither form. */
export function transportOf(radio: string): OpenTransport {
  if (radio.startsWith('serial:/')) return serialTransport(radio.slice('serial:'.length));
  const url = radio.startsWith('tcp://') && URL.canParse(radio) ? new URL(radio) : null;
  if (url === null || url.hostname === '' || url.username !== '') {
    throw new Error(`radio "${radio}": write tcp://host:port or serial:/dev/serial/by-id/…`);
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return tcpTransport(host, url.port === '' ? DEFAULT_RADIO_PORT : Number(url.port));
}

/** Throws: for no radio, one named twice, or several with a parent's clock. */
function radiosOf({ radios, clock }: GatewayOptions): RadioAddress[] {
  if (radios.length === 0) throw new Error('no radio: name one, tcp://host:port or serial:/dev/…');
  const twice = radios.find((radio, at) => radios.indexOf(radio) !== at);
  if (twice !== undefined) throw new Error(`radio "${twice}" is named twice: leave one out`);
  if (clock === 'parent' && radios.length > 1) {
    throw new Error('with the clock of a parent there can be one radio only: leave out the others');
  }
  return radios.map((name) => {
    const path = name.startsWith('serial:') ? name.slice('serial:'.length) : null;
    const advice = () => (path === null ? null : portAdvice(path));
    return { name, open: transportOf(name), advice };
  });
}

/** What the gateway stands on. */
export interface Base {
  radios: RadioAddress[];
  store: Store;
  key: GatewayKey;
  pod: string;
  /** The register's file, watched for changes; null = none. */
  register: RegisterFile | null;
  /** No other gateway, restore or repair works on the folder while this is held. */
  lock: Lock;
}

/** When a key that is no longer listed was retired: now, or where the clock is not set, when a record last came. */
export function importTimeS(store: Store, clock: GatewayClock): number {
  return Math.floor(clock.state() === 'unknown' ? store.lastReceivedS() : clock.nowMs() / 1000);
}

/** Opens the database. Throws: an Error in words when it is damaged, or lost. */
function openDatabase(options: GatewayOptions): Store {
  const path = join(options.dataDir, 'gateway.sqlite');
  const keyPath = join(options.dataDir, 'gateway.key');
  if (!existsSync(path) && existsSync(keyPath) && options.startEmpty !== true) {
    throw new Error(`${lostDatabaseWords(path)}. Only to give up all that was counted: --new`);
  }
  try {
    return openStore(path);
  } catch (error) {
    if (isDamage(error)) throw new Error(damageWords(path, error), { cause: error });
    throw error;
  }
}

/** Opens what the folder holds, which is locked already. */
function openLocked(options: GatewayOptions, clock: GatewayClock): Omit<Base, 'lock'> {
  const prefix = options.homeAssistantPrefix;
  if (prefix !== undefined && !prefix.split('/').every(isTopicWord)) {
    throw new Error(
      `Home Assistant's prefix "${prefix}": letters, digits, '-', '_', as in "homeassistant"`,
    );
  }
  const radios = radiosOf(options);
  const file = options.registerFile ? registerFile(options.registerFile) : null;
  const register = file?.read() ?? null;
  const store = openDatabase(options);
  try {
    // A parent has not said yet what time it is.
    if (options.clock !== 'parent') recallClock(clock, store);
    const known = store.meta(META_GATEWAY_KEY);
    const key = loadGatewayKey(join(options.dataDir, 'gateway.key'), known === undefined);
    const publicKey = toHex(key.publicKey);
    if (known !== undefined && known !== publicKey) {
      throw new Error(
        'gateway.key is not the key this database belongs to: put the right file back',
      );
    }
    const pod = options.pod ?? register?.pod ?? store.meta(META_POD) ?? 'pod';
    if (!isTopicWord(pod)) throw new Error(`pod "${pod}": 1 to 64 of letters, digits, '-', '_'`);
    store.setMeta(META_GATEWAY_KEY, publicKey);
    store.setMeta(META_POD, pod);
    if (register !== null) importWithRegistrations(store, register, importTimeS(store, clock));
    store.commit();
    return { radios, store, key, pod, register: file };
  } catch (error) {
    store.rollback();
    store.close();
    throw error;
  }
}

/**
 * Opens database and key, takes over the register.
 * Throws: RegisterError; a database or key that is damaged, lost, or in use by another; a pod name that cannot be a topic.
 */
export function openBase(options: GatewayOptions, clock: GatewayClock): Base {
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const lock = takeFolder(options.dataDir);
  try {
    return { ...openLocked(options, clock), lock };
  } catch (error) {
    lock.release();
    throw error;
  }
}
