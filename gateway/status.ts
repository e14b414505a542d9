/*
 * status.ts: how the gateway itself is doing, for /api/v1/status and bridge/health.
 * Way: counts of the store, clock, radio session and outbox -> one plain object.
 */
import { type BackupView, backupWarnings } from './backup-keeping';
import { type ClockView, clockView } from './clock-keeping';
import { radioName } from './core/messages';
import type { GatewayClock } from './edges/clock';
import type { QuarantineCounts } from './edges/store/quarantine';
import type { RecordReader } from './edges/store/read-records';
import { QUARANTINE_LISTED_MAX } from './limits';
import { type RecoveryView, recoveryWarnings } from './recovery';
import type { RequestCounts } from './requests';

/** State of the radio's session. */
export type SessionWord = 'closed' | 'syncing' | 'ready';

/** What is being told to the broker. */
export interface OutboxView {
  /** Records and notices the broker has not acknowledged yet. */
  waiting: number;
  broker: 'embedded' | 'external';
  connected: boolean;
  /** What is wrong with the broker, and what to do; null = nothing. */
  problem: string | null;
}

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
  radio: { session: SessionWord; number: string | null };
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
  radio(): { session: SessionWord; myNodeNum: number | null; problem: string | null };
  outbox(): OutboxView;
  requests(): RequestCounts;
  bulletins(): GatewayStatus['bulletins'];
}

/** Reads the status now. */
export function readStatus(doors: StatusDoors): GatewayStatus {
  const { stored, duplicate, rejected, byReason, disagreements } = doors.records.counts(
    doors.uncommittedCounts(),
  );
  const radio = doors.radio();
  const recovery = doors.recovery();
  const outbox = doors.outbox();
  const backup = doors.backup();
  const nowS = Math.floor(doors.clock.nowMs() / 1000);
  const problems: string[] = [];
  if (radio.session !== 'ready') {
    problems.push(`radio: ${radio.problem ?? 'not connected'}; nothing is heard meanwhile`);
  } else if (radio.problem !== null) problems.push(`radio: ${radio.problem}`);
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
    ],
    records: { stored, duplicate, rejected, byReason },
    disagreements,
    quarantine: doors
      .quarantine(QUARANTINE_LISTED_MAX)
      .map(({ keyId, packets, lastHeardS }) => ({ key: keyId, packets, lastHeard: lastHeardS })),
    clock: clockView(doors.clock.reading()),
    recovery,
    backup,
    radio: {
      session: radio.session,
      number: radio.myNodeNum === null ? null : radioName(radio.myNodeNum),
    },
    outbox,
    requests: doors.requests(),
    bulletins: doors.bulletins(),
  };
}
