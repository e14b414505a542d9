/*
 * gateway.ts: the whole gateway put together: hear -> judge -> store -> tell, and bulletins back.
 * Way: radio -> custody -> store; after each commit MQTT from the outbox; by the schedule bulletins.
 * Clock, randomness and transports are chosen here and handed down. Storage that fails is not caught
 * anywhere: it ends the process loudly.
 */
import packageJson from '../package.json';
import { toHex } from '../shared/bytes';
import { keyIdOf } from '../shared/verify';
import { setClockFrom } from './clock-keeping';
import { isInUse, type KnownKey } from './core/judge';
import { topics } from './core/messages';
import { startBroker } from './edges/broker';
import { type GatewayClock, type ParentClock, parentClock, systemClock } from './edges/clock';
import { startHttp } from './edges/http';
import { stderrLog } from './edges/log';
import { keptMachine, thisMachine } from './edges/machine';
import { connectBroker, urlForLog } from './edges/mqtt-out';
import { type Barrier, listenToParent, type ToParent, tellParent } from './edges/parent';
import type { Publisher } from './edges/publisher';
import { quarantineCounts } from './edges/store/quarantine';
import { createDelayReader } from './edges/store/read-delays';
import { createRecordReader, type RecordReader } from './edges/store/read-records';
import { createSiteReader } from './edges/store/read-sites';
import { createEngine, type Engine } from './engine';
import { STOP_STEP_MS } from './limits';
import { createMetrics } from './metrics';
import { type Base, type GatewayOptions, openBase } from './opening';
import { recoveryView } from './recovery';
import { type GatewayStatus, readStatus } from './status';
import { atMost, createStop } from './stopping';
import { createTeller, type Teller } from './tell';
import { createViews, SCHEMAS } from './views';

/** A gateway that runs. */
export interface RunningGateway {
  /** Ed25519 public key that signs bulletins, hex. */
  publicKey: string;
  httpUrl: string;
  /** Address of the broker, without password. */
  mqttUrl: string;
  status(): GatewayStatus;
  /** What hangs, for a watchdog; null = it does its work. */
  hangs(): string | null;
  /** Stops: what is heard is committed, the outbox is drained (at most 10 s), everything closes. */
  stop(): Promise<void>;
  /** Resolves once it has stopped, whoever asked. */
  stopped: Promise<void>;
}

/** The broker to tell: an external one, or the embedded one. `onConnect`: tell every state again. */
async function openPublisher(
  options: GatewayOptions,
  base: Base,
  onConnect: () => void,
): Promise<{ publisher: Publisher; url: string; name: string }> {
  const host = options.mqttHost ?? options.host ?? '127.0.0.1';
  if (options.mqttUrl === undefined) {
    const broker = await startBroker(host, options.mqttPort ?? 1883);
    return { publisher: broker, url: broker.url, name: 'embedded' };
  }
  const publisher = connectBroker({
    url: options.mqttUrl,
    clientId: `tallywell-${base.pod}-${toHex(keyIdOf(base.key.publicKey))}`,
    will: {
      topic: topics(base.pod).bridge('state'),
      payload: JSON.stringify({ state: 'offline' }),
    },
    onConnect,
    log: options.log ?? stderrLog,
    random: Math.random,
  });
  const url = urlForLog(options.mqttUrl);
  return { publisher, url, name: url };
}

function sitesInUse(keys: KnownKey[]): number {
  const standing = keys.flatMap((key) => key.placements.filter(({ toS }) => toS === null));
  return new Set(standing.map(({ site }) => site)).size;
}

function infoOf(base: Base) {
  const inUse = base.store.keys().filter(isInUse);
  return {
    version: packageJson.version,
    pod: base.pod,
    publicKey: toHex(base.key.publicKey),
    recoveryKey: recoveryView(base.store.meta, null).publicKey,
    sites: sitesInUse(inUse),
    nodes: inUse.length,
    schemas: Object.keys(SCHEMAS).sort(),
  };
}

function isParentClock(clock: GatewayClock): clock is ParentClock {
  return 'set' in clock;
}

/** The parent's barrier: everything that reached us until then is judged, durable and answered. */
function createBarrier(engine: Engine, clock: ParentClock, begin: () => void) {
  let begun = false;
  return async ({ id, radioBytes, ...time }: Barrier): Promise<ToParent> => {
    await engine.radio.waitFor(radioBytes);
    clock.set(time);
    if (!begun) begin();
    begun = true;
    engine.radio.deliver(radioBytes);
    clock.runDue();
    engine.commit();
    await engine.radio.flushed();
    return {
      type: 'barrier',
      id,
      radioBytes: engine.radio.bytesWritten(),
      session: engine.radio.session(),
    };
  };
}

/** The clock of the options. */
function clockOf({ clock }: GatewayOptions): GatewayClock {
  if (clock === 'parent') return parentClock();
  return systemClock(clock === 'machine' ? keptMachine() : thisMachine());
}

/** What the status of a gateway is read from. */
interface StatusParts {
  reader: ReturnType<Base['store']['openReader']>;
  records: RecordReader;
  engine: Engine;
  publisher: Publisher;
}

/** Makes what reads the status. */
function createStatus(
  options: GatewayOptions,
  base: Base,
  clock: GatewayClock,
  { reader, records, engine, publisher }: StatusParts,
  lag: () => number,
) {
  return () =>
    readStatus({
      pod: base.pod,
      clock,
      records,
      quarantine: quarantineCounts(reader),
      uncommittedCounts: base.store.uncommittedCounts,
      diskProblem: () => engine.diskProblem(),
      recovery: () => recoveryView(base.store.meta, engine.nodesWaiting()),
      radio: () => ({
        session: engine.radio.session(),
        myNodeNum: engine.radio.myNodeNum(),
        problem: engine.radio.problem(),
      }),
      outbox: () => ({
        waiting: lag(),
        broker: options.mqttUrl === undefined ? 'embedded' : 'external',
        connected: publisher.isConnected(),
      }),
      bulletins: () => ({ ...engine.bulletinCounts }),
    });
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
  const sites = createSiteReader(reader);
  let teller: Teller | null = null;
  const closeFiles = async () => {
    reader.close();
    store.close();
  };
  const { publisher, url, name } = await orElse(
    openPublisher(options, base, () => teller?.tellAll()),
    closeFiles,
  );
  const delays = createDelayReader(reader);
  const engine = createEngine(options, base, clock, delays.shortestDelayS);
  const status = createStatus(options, base, clock, { reader, records, engine, publisher }, () =>
    teller === null ? 0 : teller.lag(),
  );
  const doors = { store, records, sites, clock, publisher, pod, brokerName: name };
  const to = createTeller({ ...doors, info: () => infoOf(base), health: status });
  teller = to;
  const metrics = createMetrics({ dataDir: options.dataDir, status, hangs: engine.hangs });
  const views = createViews({
    records,
    sites,
    pod,
    nowMs: clock.nowMs,
    status,
    setClock: (body) => setClockFrom(engine.clockKeeping, body),
    metrics: () => metrics.answer(),
  });
  const http = await orElse(
    startHttp(
      options.httpHost ?? options.host ?? '127.0.0.1',
      options.httpPort ?? 8080,
      views,
      metrics.countRequest,
    ),
    () => publisher.close().then(closeFiles),
  );
  for (const warning of status().warnings) (options.log ?? stderrLog)(`WARNING: ${warning}`);
  const begin = () => {
    to.tellAll();
    engine.begin(to);
  };
  const { stop, stopped } = createStop(engine, to, () =>
    atMost(STOP_STEP_MS, publisher.close()).then(http.close).then(closeFiles),
  );
  const running = { publicKey: toHex(base.key.publicKey), httpUrl: http.url, mqttUrl: url };
  if (isParentClock(clock)) {
    listenToParent({ barrier: createBarrier(engine, clock, begin), stop: () => void stop() });
    tellParent({ type: 'ready', pid: process.pid, ...running });
  } else begin();
  return { ...running, status, hangs: engine.hangs, stop, stopped };
}
