/*
 * telling.ts: where the gateway tells what it knows: the embedded broker or an external one, and Home Assistant.
 * Way: options, database, accounts -> a publisher for tell.ts and requests.ts.
 */
import packageJson from '../package.json';
import { toHex } from '../shared/bytes';
import { keyIdOf } from '../shared/verify';
import { gatewayDiscovery, siteDiscovery } from './core/home-assistant';
import { isInUse, type KnownKey } from './core/judge';
import { topics } from './core/messages';
import type { Accounts } from './edges/accounts';
import { startBroker } from './edges/broker/broker';
import { checkedBrokerUrl, passwordFileWarning, readLogin } from './edges/broker-login';
import type { GatewayClock } from './edges/clock';
import { stderrLog } from './edges/log';
import { connectBroker, urlForLog } from './edges/mqtt-out';
import type { Publisher } from './edges/publisher';
import type { RecordReader } from './edges/store/read-records';
import type { Engine } from './engine';
import type { Base } from './opening';
import type { GatewayOptions } from './options';
import { readAgainFrom } from './outbox';
import type { BrokerTeller, TellerDiscovery } from './tell';

/** Names the embedded broker in the cursors of its outbox. */
export const EMBEDDED = 'embedded';

/** What a broker needs of the gateway around it. */
export interface TellingDoors {
  options: GatewayOptions;
  base: Base;
  clock: GatewayClock;
  engine: Pick<Engine, 'commit' | 'commitSoon'>;
  records: RecordReader;
  accounts: Accounts | null;
}

/** A broker that is told. */
export interface OpenedPublisher {
  publisher: Publisher;
  /** Its address, without password. */
  url: string;
  /** mqtts://host:port of the embedded one; null = it has no TLS. */
  tlsUrl: string | null;
  /** Names it in the cursors of the outbox. */
  name: string;
}

/** Opens the embedded broker, whose state goes with the store's commits. */
async function openEmbedded(doors: TellingDoors): Promise<OpenedPublisher> {
  const { options, clock, accounts, engine, records } = doors;
  const { store, pod } = doors.base;
  const broker = await startBroker({
    ...{ accounts, pod, clock, kept: store.keptMqtt() },
    host: options.mqttHost ?? options.host ?? '127.0.0.1',
    port: options.mqttPort === undefined ? 1883 : options.mqttPort,
    tls: options.mqttTls ?? null,
    anonymous: options.anonymous ?? 'reader',
    homeAssistantPrefix: options.homeAssistantPrefix ?? null,
    commit() {
      engine.commit();
      return store.pending() === 'nothing';
    },
    commitSoon: engine.commitSoon,
    readAgain: readAgainFrom({ store, records, pod, brokerName: EMBEDDED }),
    log: options.log ?? stderrLog,
  });
  store.keepMqtt(broker.state.keeping);
  return { publisher: broker, url: broker.url, tlsUrl: broker.tlsUrl, name: EMBEDDED };
}

/** Connects to an external broker. Throws: an address or login that cannot be used. */
function openExternal(
  { options, base }: TellingDoors,
  mqttUrl: string,
  teller: () => BrokerTeller | null,
): OpenedPublisher {
  const { url, username } = checkedBrokerUrl(mqttUrl);
  const files = { ...options.mqttLogin, username: options.mqttLogin?.username ?? username };
  const log = options.log ?? stderrLog;
  readLogin(files);
  const warning = passwordFileWarning(files);
  if (warning !== null) log(`WARNING: ${warning}`);
  const publisher = connectBroker({
    url,
    login: () => readLogin(files),
    clientId: `tallywell-${base.pod}-${toHex(keyIdOf(base.key.publicKey))}`,
    will: {
      topic: topics(base.pod).bridge('state'),
      payload: JSON.stringify({ state: 'offline' }),
    },
    onConnect: () => teller()?.tellAll(),
    onLost: () => teller()?.away(),
    log,
    random: Math.random,
  });
  return { publisher, url: urlForLog(url), tlsUrl: null, name: urlForLog(url) };
}

/**
 * Opens the broker to tell: an external one, or the embedded one.
 * @param teller hears when an external one comes and goes
 * Rejects: a port in use; a certificate, address or login that cannot be used, in plain words.
 */
export async function openPublisher(
  doors: TellingDoors,
  teller: () => BrokerTeller | null,
): Promise<OpenedPublisher> {
  const { mqttUrl } = doors.options;
  return mqttUrl === undefined ? openEmbedded(doors) : openExternal(doors, mqttUrl, teller);
}

/** Sites at which a node stands now. */
export function sitesInUse(keys: KnownKey[]): Set<string> {
  const standing = keys.flatMap((key) => key.placements.filter(({ toS }) => toS === null));
  return new Set(standing.map(({ site }) => site));
}

/** Home Assistant's discovery, where the options want it. */
export function discoveryOf(
  options: GatewayOptions,
  { store, pod }: Base,
): TellerDiscovery | undefined {
  const prefix = options.homeAssistantPrefix;
  if (prefix === undefined) return undefined;
  const facts = { pod, prefix, version: packageJson.version };
  const inUse = () => sitesInUse(store.keys().filter(isInUse));
  return {
    gateway: () => gatewayDiscovery(facts),
    site: (reading) => siteDiscovery(facts, reading, inUse().has(reading.site)),
  };
}
