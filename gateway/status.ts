/*
 * status.ts: how the gateway itself is doing, for /api/v1/status and bridge/health.
 * Way: counts of the store, clock, radio session and outbox -> one plain object.
 */
import { nodeIdOf } from '../shared/meshtastic/node-id';
import { type BackupView, backupWarnings } from './backup-keeping';
import { type ClockView, clockView } from './clock-keeping';
import type { GatewayClock } from './edges/clock';
import type { QuarantineCounts } from './edges/store/quarantine';
import type { RecordReader } from './edges/store/read-records';
import { QUARANTINE_LISTED_MAX } from './limits/store';
import { type RadioView, SESSION_WORDS, type SessionWord } from './radio-view';
import { type RecoveryView, recoveryWarnings } from './recovery';
import type { RequestCounts } from './requests';

/** What is being told to the broker. */
export interface OutboxView {
  /** Records and notices the broker has not acknowledged yet. */
  waiting: number;
  broker: 'embedded' | 'external';
  connected: boolean;
  /** What is wrong with the broker, and what to do; null = nothing. */
  problem: string | null;
  /** What the embedded broker did with its clients; null = an external one. */
  clients: ClientsView | null;
}
/** Clients of the embedded broker. */
export interface ClientsView {
  /** Messages that wait for clients: sent without an answer, or kept for those that are away. */
  queued: number;
  /** Connections ended and logins refused since the start, by why. */
  refused: Record<string, number>;
}
/** One radio. Times in Unix s; null = not known. */
export type RadioStatus = Omit<RadioView, 'myNodeNum'> & { number: string | null };

/** The form of /api/v1/status and bridge/health. */
export interface GatewayStatus {
  pod: string;
  /** Unix time by the gateway's clock, s. */
  t: number;
  healthy: boolean;
  /** What keeps it from being healthy, in plain words. */
  problems: string[];
  /** What a person should do some day; it does not make it unhealthy. */
  warnings: string[];
  records: {
    stored: number;
    duplicate: number;
    rejected: number;
    byReason: Record<string, number>;
  };
  /** Carried buckets that differed from the stored ones. */
  disagreements: number;
  /** Packets that wait until someone registers their key, by key id: a node that is not in the register. */
  quarantine: { key: string; packets: number; lastHeard: number }[];
  clock: ClockView;
  recovery: RecoveryView;
  /** null = none are to be made. */
  backup: BackupView | null;
  /** In short: the best session any radio has, and the number of the first radio that told one. */
  radio: { session: SessionWord; number: string | null };
  radios: RadioStatus[];
  outbox: OutboxView;
  /** What was asked over MQTT since the start. */
  requests: RequestCounts;
  bulletins: { sent: number; refused: number };
}

/** Where the status is read from. */
export interface StatusDoors {
  pod: string;
  clock: GatewayClock;
  records: RecordReader;
  quarantine: (limit: number) => QuarantineCounts;
  uncommittedCounts(): ReadonlyMap<string, number>;
  /** null = the disk takes what is written. */
  diskProblem(): string | null;
  recovery(): RecoveryView;
  backup(): BackupView | null;
  radios(): RadioView[];
  outbox(): OutboxView;
  requests(): RequestCounts;
  bulletins(): GatewayStatus['bulletins'];
}

function numberOf({ myNodeNum }: RadioView): string | null {
  return myNodeNum === null ? null : nodeIdOf(myNodeNum);
}

/** How people are told which radio is meant: only where there are several. */
function labelOf(radio: RadioView, radios: RadioView[]): string {
  return radios.length === 1 ? 'radio' : `radio ${radio.name}`;
}

/** Every radio was chosen by somebody: one that does not serve is a problem, though others do. */
function radioProblems(radios: RadioView[]): string[] {
  return radios.flatMap((radio) => {
    const { session, problem } = radio;
    const label = labelOf(radio, radios);
    if (session === 'ready') return problem === null ? [] : [`${label}: ${problem}`];
    const meanwhile = radios.some((other) => other.session === 'ready')
      ? 'nothing is heard through it meanwhile'
      : 'nothing is heard meanwhile';
    return [`${label}: ${problem ?? 'not connected'}; ${meanwhile}`];
  });
}

function radioWarnings(radios: RadioView[]): string[] {
  return radios.flatMap((radio) =>
    radio.warnings.map((warning) => `${labelOf(radio, radios)}: ${warning}`),
  );
}

function inShort(radios: RadioView[]): GatewayStatus['radio'] {
  const best = SESSION_WORDS.find((word) => radios.some(({ session }) => session === word));
  return {
    session: best ?? 'closed',
    number: radios.map(numberOf).find((number) => number !== null) ?? null,
  };
}

/** Reads the status now. */
export function readStatus(doors: StatusDoors): GatewayStatus {
  const { stored, duplicate, rejected, byReason, disagreements } = doors.records.counts(
    doors.uncommittedCounts(),
  );
  const radios = doors.radios();
  const recovery = doors.recovery();
  const outbox = doors.outbox();
  const backup = doors.backup();
  const nowS = Math.floor(doors.clock.nowMs() / 1000);
  const problems = radioProblems(radios);
  const diskProblem = doors.diskProblem();
  if (diskProblem !== null) problems.push(diskProblem);
  if (backup !== null && backup.damage !== null) problems.push(`database: ${backup.damage}`);
  if (doors.clock.state() === 'unknown') {
    problems.push(
      'clock: not known since the start, nodes get no time: run `tallywell clock set now-from-this-machine`',
    );
  }
  return {
    pod: doors.pod,
    t: nowS,
    healthy: problems.length === 0,
    problems,
    warnings: [
      ...recoveryWarnings(recovery, doors.clock.state() === 'unknown' ? null : nowS),
      ...(outbox.problem === null ? [] : [`broker: ${outbox.problem}; records wait until then`]),
      ...backupWarnings(backup),
      ...radioWarnings(radios),
    ],
    records: { stored, duplicate, rejected, byReason },
    disagreements,
    quarantine: doors
      .quarantine(QUARANTINE_LISTED_MAX)
      .map(({ keyId, packets, lastHeardS }) => ({ key: keyId, packets, lastHeard: lastHeardS })),
    clock: clockView(doors.clock.reading()),
    recovery,
    backup,
    radio: inShort(radios),
    radios: radios.map((radio) => {
      const { myNodeNum, ...rest } = radio;
      return { ...rest, number: numberOf(radio) };
    }),
    outbox,
    requests: doors.requests(),
    bulletins: doors.bulletins(),
  };
}
