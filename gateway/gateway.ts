/*
 * gateway.ts: the whole gateway put together: hear -> judge -> store -> tell, and bulletins back.
 * Way: radio -> custody -> store; after each commit MQTT from the outbox; by the schedule bulletins.
 * Clock, randomness and transports are chosen here and handed down. Storage that fails is not caught
 * anywhere: it ends the process loudly.
 */
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import packageJson from '../package.json';
import { toHex } from '../shared/bytes';
import { createAdministration } from './administration';
import { isInUse } from './core/judge';
import { type GatewayClock, type ParentClock, parentClock, systemClock } from './edges/clock';
import { startHttp } from './edges/http/http';
import { stderrLog } from './edges/log';
import { keptMachine, thisMachine } from './edges/machine';
import { type Barrier, listenToParent, type ToParent, tellParent } from './edges/parent';
import type { Publisher } from './edges/publisher';
import { quarantineCounts } from './edges/store/quarantine';
import { createDelayReader } from './edges/store/read-delays';
import { createExportReader } from './edges/store/read-export';
import { createObservationReader } from './edges/store/read-observations';
import { createRecordReader, type RecordReader } from './edges/store/read-records';
import { createSiteReader, type SiteReader } from './edges/store/read-sites';
import { createEngine, type Engine } from './engine';
import { openEntrance } from './entrance';
import { siteFactsReader } from './exporting';
import { createFactsTelling } from './facts-telling';
import { STOP_STEP_MS } from './limits/operations';
import { createMetrics } from './metrics';
import { type Base, openBase } from './opening';
import type { GatewayOptions } from './options';
import { PARTNERS_FILE, partnersFile } from './partners-file';
import { podView } from './pod-view';
import { recoveryView } from './recovery';
import { answerRequests, type RequestCounts, type RequestDoors } from './requests';
import { type GatewayStatus, type OutboxView, readStatus } from './status';
import { atMost, createStop } from './stopping';
import { type BrokerTeller, createTeller } from './tell';
import { discoveryOf, openPublisher, sitesInUse } from './telling';
import { createViews, SCHEMAS } from './views';
import { createPages } from './web/pages';
import { LOCALES_FOLDER, openLanguages, type PodLanguages } from './web/pod-words';

/** A gateway that runs. */
export interface RunningGateway {
  /** Ed25519 public key that signs bulletins, hex. */
  publicKey: string;
  httpUrl: string;
  /** Address of the broker, without password. */
  mqttUrl: string;
  /** mqtts://host:port of the embedded broker, beside the plain one; null = it has none. */
  mqttTlsUrl: string | null;
  status(): GatewayStatus;
  /** What hangs, for a watchdog; null = it does its work. */
  hangs(): string | null;
  /** Stops: what is heard is committed, the outbox is drained (at most 10 s), everything closes. */
  stop(): Promise<void>;
  /** Resolves once it has stopped, whoever asked. */
  stopped: Promise<void>;
}

function infoOf(base: Base) {
  const inUse = base.store.keys().filter(isInUse);
  return {
    version: packageJson.version,
    pod: base.pod,
    publicKey: toHex(base.key.publicKey),
    recoveryKey: recoveryView(base.store.meta, null).publicKey,
    sites: sitesInUse(inUse).size,
    nodes: inUse.length,
    schemas: Object.keys(SCHEMAS).sort(),
  };
}

/** The outbox as the status shows it. */
function outboxView(options: GatewayOptions, publisher: Publisher, waiting: number): OutboxView {
  const broker = options.mqttUrl === undefined ? 'embedded' : 'external';
  const problem = publisher.problem?.() ?? null;
  const clients = publisher.clients?.() ?? null;
  return { waiting, broker, connected: publisher.isConnected(), problem, clients };
}

/** Answers requests, if anybody may ask. The clients of an external broker only by the options: its ACL is the guard. */
function listenForRequests(
  options: GatewayOptions,
  { clockKeeping, backups }: Engine,
  { retell }: BrokerTeller,
  doors: Omit<RequestDoors, 'clockKeeping' | 'retell' | 'makeBackup' | 'log'>,
): RequestCounts {
  const mayAsk = options.mqttUrl === undefined || options.mqttRequests === true;
  if (!mayAsk) return { answered: 0, refused: {} };
  const log = options.log ?? stderrLog;
  return answerRequests({ ...doors, clockKeeping, retell, makeBackup: backups.makeNow, log });
}

function isParentClock(clock: GatewayClock): clock is ParentClock {
  return 'set' in clock;
}

/** The parent's barrier: everything that reached us until then is judged, durable and answered. */
function createBarrier(engine: Engine, clock: ParentClock, begin: () => void) {
  let begun = false;
  return async ({ id, radioBytes, ...time }: Barrier): Promise<ToParent> => {
    await engine.radios.first.waitFor(radioBytes);
    clock.set(time);
    if (!begun) begin();
    begun = true;
    engine.radios.first.deliver(radioBytes);
    clock.runDue();
    engine.commit();
    await engine.radios.first.flushed();
    return {
      type: 'barrier',
      id,
      radioBytes: engine.radios.first.bytesWritten(),
      session: engine.radios.session(),
    };
  };
}

/** What a bench must know of the pod. */
function podOf({ store, pod, key }: Base, engine: Engine) {
  const { publicKey: recoveryKey } = recoveryView(store.meta, null);
  const radios = engine.radios.views();
  return podView({ pod, publicKey: key.publicKey, recoveryKey, radios, keys: store.keys() });
}

/** What the status is read from. */
interface StatusParts {
  options: GatewayOptions;
  base: Base;
  clock: GatewayClock;
  reader: ReturnType<Base['store']['openReader']>;
  records: RecordReader;
  engine: Engine;
  publisher: Publisher;
  /** Records and notices that wait to be told. */
  lag(): number;
  requests(): RequestCounts;
}

/** How the gateway is doing now. */
function statusOf(parts: StatusParts): GatewayStatus {
  const { options, base, clock, reader, records, engine, publisher, lag } = parts;
  return readStatus({
    pod: base.pod,
    clock,
    records,
    quarantine: quarantineCounts(reader),
    uncommittedCounts: base.store.uncommittedCounts,
    diskProblem: () => engine.diskProblem(),
    recovery: () => recoveryView(base.store.meta, engine.nodesWaiting()),
    radios: () => engine.radios.views(),
    outbox: () => outboxView(options, publisher, lag()),
    requests: parts.requests,
    backup: engine.backups.view,
    bulletins: () => ({ ...engine.bulletinCounts }),
  });
}

/** What the store says of sites, with the times they were last heard by the clock as it is now. */
function datedNow(stored: SiteReader, lastHeardS: Engine['lastHeardS']): SiteReader {
  return {
    ...stored,
    readSite(site, dayStartS) {
      const reading = stored.readSite(site, dayStartS);
      if (reading === null || reading.lastHeardS === null) return reading;
      return { ...reading, lastHeardS: lastHeardS(site, reading.lastHeardS) };
    },
  };
}

/** What exports are made from. */
function exportDoors(
  dataDir: string,
  reader: Database,
  pod: string,
  { sites, nowMs }: { sites: SiteReader; nowMs(): number },
) {
  return {
    facts: createExportReader(reader, pod),
    observations: createObservationReader(reader),
    siteFacts: siteFactsReader(reader, () => Math.floor(nowMs() / 1000), sites),
    partners: () => partnersFile(join(dataDir, PARTNERS_FILE)),
  };
}

/** Ours, and those in the gateway's folder. */
function languagesOf({ dataDir, log }: GatewayOptions): PodLanguages {
  return openLanguages(join(dataDir, LOCALES_FOLDER), log ?? stderrLog);
}

/** The clock of the options. */
function clockOf({ clock }: GatewayOptions): GatewayClock {
  if (clock === 'parent') return parentClock();
  return systemClock(clock === 'machine' ? keptMachine() : thisMachine());
}

/** Closes what the gateway stands on, and lets others have its folder. */
function closeBase({ store, lock }: Base, reader: { close(): void }): void {
  reader.close();
  store.close();
  lock.release();
}

/** Undoes what was opened before when a step of the start fails. */
async function orElse<T>(step: Promise<T>, undo: () => Promise<void>): Promise<T> {
  try {
    return await step;
  } catch (error) {
    await undo();
    throw error;
  }
}

/**
 * Starts a gateway.
 * Rejects: options or register that are wrong, a port in use, a database or key that cannot be used.
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const clock = clockOf(options);
  const base = openBase(options, clock);
  const { store, pod } = base;
  const reader = store.openReader();
  const records = createRecordReader(reader);
  const stored = createSiteReader(reader);
  let teller: BrokerTeller | null = null;
  const closeFiles = async () => closeBase(base, reader);
  const entrance = await orElse(openEntrance(options, store, reader, clock), closeFiles);
  let requests: RequestCounts = { answered: 0, refused: {} };
  const engine = createEngine(options, base, clock, createDelayReader(reader).shortestDelayS);
  const sites = datedNow(stored, engine.lastHeardS);
  const { publisher, url, tlsUrl, name } = await orElse(
    openPublisher(
      { options, base, clock, engine, records, accounts: entrance.accounts },
      () => teller,
    ),
    closeFiles,
  );
  const status = () =>
    statusOf({
      ...{ options, base, clock, reader, records, engine, publisher },
      lag: () => teller?.lag() ?? 0,
      requests: () => requests,
    });
  const doors = { store, records, sites, clock, publisher, pod, brokerName: name };
  const told = { info: () => infoOf(base), health: status, durably: engine.durably };
  const to = createTeller({ ...doors, ...told, discovery: discoveryOf(options, base) });
  teller = to;
  requests = listenForRequests(options, engine, to, { ...doors, ...told });
  const metrics = createMetrics({ dataDir: options.dataDir, status, hangs: engine.hangs });
  const readings = { records, sites, pod, nowMs: clock.nowMs, status, metrics: metrics.answer };
  const exports = exportDoors(options.dataDir, reader, pod, readings);
  const views = createViews({ ...readings, podView: () => podOf(base, engine), exports });
  const saying = { durably: engine.durably, tellSites: to.afterCommit };
  const facts = createFactsTelling({ store, reader, sites, clock, options, ...saying });
  const languages = languagesOf(options);
  const ruled = { options, base, clock, engine, reader };
  const administration = createAdministration({ ...ruled, languages: languages.codes });
  const pages = createPages({ pod, sites, status, facts, administration, reader, languages });
  const answer = entrance.answers({ views, ...pages });
  const http = await orElse(
    startHttp(options.httpHost ?? options.host ?? '127.0.0.1', options.httpPort ?? 8080, answer, {
      onAnswered: metrics.countRequest,
    }),
    () => publisher.close().then(closeFiles),
  );
  for (const warning of status().warnings) (options.log ?? stderrLog)(`WARNING: ${warning}`);
  const begin = () => {
    to.tellAll();
    engine.begin(facts.telling(to));
  };
  const { stop, stopped } = createStop(engine, to, () =>
    atMost(STOP_STEP_MS, publisher.close())
      .then(facts.stream.close)
      .then(http.close)
      .then(closeFiles),
  );
  const urls = { httpUrl: http.url, mqttUrl: url, mqttTlsUrl: tlsUrl };
  const running = { publicKey: toHex(base.key.publicKey), ...urls };
  if (isParentClock(clock)) {
    listenToParent({ barrier: createBarrier(engine, clock, begin), stop: () => void stop() });
    tellParent({ type: 'ready', pid: process.pid, ...running });
  } else begin();
  return { ...running, status, hangs: engine.hangs, stop, stopped };
}
