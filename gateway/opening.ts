/*
 * opening.ts: from options to the things the gateway stands on: database, key, register, radio's address.
 * Way: command line or library call -> checked values, opened files.
 */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { toHex } from '../shared/bytes';
import { keyIdOf } from '../shared/verify';
import { damageWords, isDamage } from './checking';
import { recallClock } from './clock-keeping';
import { isTopicWord } from './core/register';
import type { GatewayClock } from './edges/clock';
import { type GatewayKey, loadGatewayKey } from './edges/key';
import type { Log } from './edges/log';
import { portAdvice, serialTransport } from './edges/radio-serial';
import { tcpTransport } from './edges/radio-tcp';
import { lostDatabaseWords } from './edges/store/facts';
import type { Lock } from './edges/store/lock';
import { META_GATEWAY_KEY, META_POD, openStore, type Store } from './edges/store/store';
import type { OpenTransport } from './edges/transport';
import { takeFolder } from './installing';
import type { RadioAddress } from './radios';
import { type RegisterFile, registerFile } from './register-file';

/** How a gateway is started. */
export interface GatewayOptions {
  /** Folder for database and key; made when it is not there. */
  dataDir: string;
  /** Radios of the pod, one or more, each tcp://host[:port] or serial:/dev/serial/by-id/… */
  radios: string[];
  /** Register file (JSON), imported at each start. */
  registerFile?: string;
  /** Name of the pod in topics; else the register's, else the one stored, else "pod". */
  pod?: string;
  /** External broker; without it an embedded one is started. */
  mqttUrl?: string;
  /** Address HTTP and the embedded broker bind. Default 127.0.0.1: this machine only. */
  host?: string;
  /** Port of the embedded broker without TLS, 0 = any free one, null = none (then mqttTls). Default 1883. */
  mqttPort?: number | null;
  /** The same for one of the two; each goes before `host`. */
  httpHost?: string;
  mqttHost?: string;
  /** 0 = any free one. */
  httpPort?: number;
  /** TLS of the embedded broker, on a port of its own beside the plain one. */
  mqttTls?: TlsOptions;
  /** How to prove oneself to the external broker. */
  mqttLogin?: BrokerLogin;
  /** May clients of an external broker send requests (bridge/request/…)? Its own ACL must guard that topic. Default false. */
  mqttRequests?: boolean;
  /** Home Assistant discovery: prefix of its topics, usually "homeassistant". Without it nothing is told. */
  homeAssistantPrefix?: string;
  /** What somebody without account may do over HTTP and MQTT. Default reader. */
  anonymous?: 'reader' | 'nobody';
  /**
   * Called at the start when there was no account at all: one was made, with this random password, which nobody can
   * ask for again. Without it none is made.
   */
  firstAccount?: (name: string, password: string) => void;
  /** Daily backups. Without it none are made. */
  backup?: BackupOptions;
  /** Start with an empty database though the key is there, so there was one. Default false: refuse. */
  startEmpty?: boolean;
  /** Longest a stored record waits for its commit, ms, 0..GROUP_COMMIT_MS. Default GROUP_COMMIT_MS. */
  holdBackMs?: number;
  /** Who keeps the clock. Default system. */
  clock?: ClockChoice;
  log?: Log;
}

/**
 * system: this machine, as far as there is evidence that its clock was set. machine: this machine, believed as it is
 * (a server or container whose clock somebody else keeps). parent: a parent process, over IPC.
 */
export type ClockChoice = 'system' | 'machine' | 'parent';

/** A certificate for a listener. */
export interface TlsOptions {
  /** 0 = any free one. */
  port: number;
  /** PEM files. */
  certFile: string;
  keyFile: string;
}

/** A login at an external broker. */
export interface BrokerLogin {
  username?: string;
  /** File whose first line is the password. */
  passwordFile?: string;
  /** PEM file of the authority that signed the broker's certificate. */
  caFile?: string;
}

/** How backups are made. */
export interface BackupOptions {
  /** Default DIR/backup. */
  folder?: string;
  /** Backups kept at each place, 1..365. Default 7. */
  keep?: number;
  /** Also copy to USB sticks that are mounted below /media or /run/media or /mnt. Default true. */
  usb?: boolean;
  /** Put the gateway's key beside each backup. Default true. */
  key?: boolean;
  /** Script whose verb `backup` makes them, in a process of its own. Default: the one that runs. */
  program?: string;
}

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
    if (register !== null) store.importRegister(register, keyIdOf, importTimeS(store, clock));
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
