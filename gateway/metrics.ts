/*
 * metrics.ts: figures for Prometheus at /metrics.
 * Way: gateway's status, files, this process -> prom-client's own registry -> text, when somebody asks. No figure names a site, a
 * key or a secret.
 * Source: Prometheus text exposition format 0.0.4; "Metric and label naming"; names process_* as its client libraries have them.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Counter, Gauge, Registry } from 'prom-client';
import packageJson from '../package.json';
import { freeBytes } from './edges/disk';
import { diskBytes, fileBytes } from './edges/files';
import type { Answer } from './edges/http/answer';
import type { GatewayStatus } from './status';

/** What the figures are read from. */
export interface MetricsDoors {
  dataDir: string;
  status(): GatewayStatus;
  /** What hangs; null = nothing. */
  hangs(): string | null;
}

/** The figures. */
export interface Metrics {
  /** An HTTP request was answered. */
  countRequest(status: number): void;
  /** The answer to GET /metrics. */
  answer(): Promise<Answer>;
}

type Labels = Record<string, string>;
/** Figures of one scrape: name, meaning, is it a counter?, values by labels. */
type Figure = [name: string, help: string, kind: 'gauge' | 'counter', values: [Labels, number][]];

function one(value: number): [Labels, number][] {
  return [[{}, value]];
}

function words(name: string, all: readonly string[], is: string): [Labels, number][] {
  return all.map((word) => [{ [name]: word }, word === is ? 1 : 0]);
}

function recordFigures({ records, disagreements, quarantine, bulletins }: GatewayStatus): Figure[] {
  const refused: [Labels, number][] = Object.entries(records.byReason).map(([reason, count]) => [
    { reason },
    count,
  ]);
  const waiting = quarantine.reduce((sum, { packets }) => sum + packets, 0);
  return [
    [
      'tallywell_records_stored_total',
      'Records accepted and stored.',
      'counter',
      one(records.stored),
    ],
    [
      'tallywell_records_duplicate_total',
      'Records heard again, same bytes.',
      'counter',
      one(records.duplicate),
    ],
    ['tallywell_refused_total', 'Packets that changed nothing, by reason.', 'counter', refused],
    [
      'tallywell_bucket_disagreements_total',
      'Carried buckets that differed from the stored ones.',
      'counter',
      one(disagreements),
    ],
    [
      'tallywell_quarantine_packets',
      'Packets that wait until their key is registered.',
      'gauge',
      one(waiting),
    ],
    [
      'tallywell_bulletins_sent_total',
      'Bulletins given to the radio since the start.',
      'counter',
      one(bulletins.sent),
    ],
    [
      'tallywell_bulletins_refused_total',
      'Bulletins the radio refused since the start.',
      'counter',
      one(bulletins.refused),
    ],
  ];
}

function stateFigures(status: GatewayStatus, hangs: string | null): Figure[] {
  const { clock, outbox, healthy, warnings } = status;
  const uncertainty = clock.uncertaintyS === null ? Number.POSITIVE_INFINITY : clock.uncertaintyS;
  const ready: [Labels, number][] = status.radios.map(({ name, session }) => [
    { radio: name },
    session === 'ready' ? 1 : 0,
  ]);
  const states = ['trusted', 'held', 'unknown'];
  return [
    ['tallywell_healthy', '1 = /health answers 200.', 'gauge', one(healthy ? 1 : 0)],
    [
      'tallywell_alive',
      '1 = the watchdog of systemd is fed.',
      'gauge',
      one(hangs === null ? 1 : 0),
    ],
    ['tallywell_warnings', 'Things a person should do some day.', 'gauge', one(warnings.length)],
    ['tallywell_radio_ready', '1 = the radio answers.', 'gauge', ready],
    [
      'tallywell_clock_uncertainty_seconds',
      'How wrong the clock may be; +Inf = unknown.',
      'gauge',
      one(uncertainty),
    ],
    [
      'tallywell_clock_state',
      '1 at the state of the clock.',
      'gauge',
      words('state', states, clock.state),
    ],
    [
      'tallywell_outbox_waiting',
      'Records and notices the broker has not acknowledged.',
      'gauge',
      one(outbox.waiting),
    ],
    [
      'tallywell_broker_connected',
      '1 = the broker is connected.',
      'gauge',
      one(outbox.connected ? 1 : 0),
    ],
  ];
}

/** What is asked and refused over MQTT, and how old the backups are. */
function brokerFigures({ outbox, requests, backup }: GatewayStatus): Figure[] {
  const byReason = (counts: object): [Labels, number][] =>
    Object.entries(counts).map(([reason, count]) => [{ reason }, count]);
  const places = { card: backup?.card, stick: backup?.stick };
  const ages = Object.entries(places).flatMap(([place, last]): [Labels, number][] =>
    last ? [[{ place }, last.hours * 3600]] : [],
  );
  return [
    [
      'tallywell_mqtt_requests_answered_total',
      'Requests over MQTT that were answered.',
      'counter',
      one(requests.answered),
    ],
    [
      'tallywell_mqtt_requests_refused_total',
      'Requests over MQTT that were not done, by reason.',
      'counter',
      byReason(requests.refused),
    ],
    [
      'tallywell_mqtt_refused_total',
      'Connections ended and logins refused by the embedded broker, by reason.',
      'counter',
      byReason(outbox.clients?.refused ?? {}),
    ],
    [
      'tallywell_mqtt_queued_messages',
      'Messages that wait for clients of the embedded broker.',
      'gauge',
      outbox.clients === null ? [] : one(outbox.clients.queued),
    ],
    [
      'tallywell_backup_age_seconds',
      'Age of the last backup by place, in whole hours; none = no line.',
      'gauge',
      ages,
    ],
  ];
}

function diskFigures(dataDir: string): Figure[] {
  const file = join(dataDir, 'gateway.sqlite');
  return [
    [
      'tallywell_disk_free_bytes',
      'Free bytes of the disk of the data folder.',
      'gauge',
      one(freeBytes(dataDir)),
    ],
    ['tallywell_disk_size_bytes', 'Size of that disk.', 'gauge', one(diskBytes(dataDir))],
    ['tallywell_database_bytes', 'Size of the database.', 'gauge', one(fileBytes(file))],
    [
      'tallywell_database_wal_bytes',
      'Size of its write-ahead log.',
      'gauge',
      one(fileBytes(`${file}-wal`)),
    ],
  ];
}

function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0; // no /proc
  }
}

function processFigures(startS: number): Figure[] {
  const { user, system } = process.cpuUsage();
  const memory = process.memoryUsage();
  const version = { version: packageJson.version, node: process.version };
  return [
    ['tallywell_build_info', 'Version of the gateway and of Node.', 'gauge', [[version, 1]]],
    ['process_cpu_seconds_total', 'CPU time spent.', 'counter', one((user + system) / 1e6)],
    ['process_resident_memory_bytes', 'Memory in RAM.', 'gauge', one(memory.rss)],
    [
      'process_start_time_seconds',
      'Start of the process, Unix time by the machine’s clock.',
      'gauge',
      one(startS),
    ],
    ['process_open_fds', 'Open file descriptors.', 'gauge', one(openFiles())],
    ['nodejs_heap_used_bytes', 'Heap of JavaScript in use.', 'gauge', one(memory.heapUsed)],
  ];
}

/** Figures set anew at each scrape. prom-client's counters only count up from 0, so each scrape makes its own. */
function put(registry: Registry, [name, help, kind, values]: Figure): void {
  const labelNames = [...new Set(values.flatMap(([labels]) => Object.keys(labels)))];
  const options = { name, help, labelNames, registers: [registry] };
  if (kind === 'gauge') {
    const gauge = new Gauge(options);
    for (const [labels, value] of values) gauge.set(labels, value);
  } else {
    const counter = new Counter(options);
    for (const [labels, value] of values) counter.inc(labels, value);
  }
}

/** Makes the figures of a gateway. */
export function createMetrics(doors: MetricsDoors): Metrics {
  const requests = new Map<number, number>();
  const startS = Math.floor(Date.now() / 1000 - process.uptime());
  return {
    countRequest(status) {
      requests.set(status, (requests.get(status) ?? 0) + 1);
    },
    async answer() {
      const registry = new Registry();
      const status = doors.status();
      const answered: [Labels, number][] = [...requests].map(([code, count]) => [
        { code: String(code) },
        count,
      ]);
      const figures: Figure[] = [
        ...recordFigures(status),
        ...stateFigures(status, doors.hangs()),
        ...brokerFigures(status),
        ...diskFigures(doors.dataDir),
        [
          'tallywell_http_requests_total',
          'HTTP requests answered, by status.',
          'counter',
          answered,
        ],
        ...processFigures(startS),
      ];
      for (const figure of figures) put(registry, figure);
      const body = await registry.metrics();
      return { status: 200, type: 'text/plain; version=0.0.4', body };
    },
  };
}
