/*
 * bench.ts: what acts at the technician's bench share: the pod they work for, the log, what was saved for undo.
 * Way: acts -> bench folder (bench-folder.ts). Types only.
 */
import type { RegionName } from '../../shared/meshtastic/regions';
import type { Progress } from './progress';
import type { BenchSite } from './sites';
import type { TroubleCode } from './trouble';

/** What all nodes and radios of a pod share. No secret is in it. */
export interface Pod {
  /** Name of the pod. */
  pod: string;
  /** Where the gateway's page is; null = it is reached with a USB stick only. */
  gatewayUrl: string | null;
  /** Public Ed25519 key of the gateway, 64 hex digits. */
  gatewayKey: string;
  /** Number of the gateway's radio. */
  gatewayNode: number;
  /** Public Ed25519 key that may name a new gateway key, 64 hex digits; null = none. */
  recoveryKey: string | null;
  region: RegionName;
  /** Name of the modem preset, as Meshtastic's enum spells it: LONG_FAST. */
  preset: string;
  /** Frequency slot; 0 = by the primary channel's name. */
  channelNum: number;
}

/** One act, as the log keeps it. Facts are shown to anybody: no secret. */
export interface LogEntry {
  /** The verb: flash, provision, radio, … */
  act: string;
  /** Serial number of the board's chip, or !hex number of the radio. */
  device: string;
  site: string | null;
  outcome: 'done' | 'failed';
  trouble: TroubleCode | null;
  facts: Readonly<Record<string, string | number | boolean>>;
}

/** What an act found before it changed anything. */
export interface Snapshot {
  device: string;
  act: string;
  /** Public key of the node, 64 hex digits; null = it had none, or it is a radio. Never restored. */
  publicKey: string | null;
  /** Files of the board by name; never the key, the journal or counters. */
  files: { name: string; bytes: Uint8Array }[];
  /** Settings of a radio, as JSON with bytes as base64; null = it is a board. May hold the channel's key: the folder is closed to others. */
  radio: unknown;
  /** Sites of sites.json as they were, for an act that placed or retired a node; left out = it did not. */
  sites?: SiteBefore[];
}

/** A site as the bench knew it before an act. */
export interface SiteBefore {
  /** Word of the site. */
  site: string;
  /** null = the bench did not know it. */
  before: BenchSite | null;
}

/** The bench folder. */
export interface Bench {
  folder: string;
  /** Throws: Trouble no-pod, bad-file. */
  pod(): Pod;
  /** Key of the channel "serial", 32 bytes, hash not 0. Throws: Trouble no-pod, zero-hash. */
  channelKey(): Uint8Array;
  /** Adds a signed line to the log. */
  log(entry: LogEntry): void;
  /** Keeps it durably before anything is changed. */
  save(snapshot: Snapshot): void;
  /** The newest snapshot of a device that was not taken back; null = none. */
  newestSaved(device: string): { snapshot: Snapshot; takenBack(): void } | null;
}

/** What every act gets. */
export interface ActDoors {
  bench: Bench;
  progress: Progress;
  /** true: look at everything, say what would be done, change nothing. */
  isDryRun: boolean;
  /** Ends the act at its next step with Trouble cancelled. */
  signal: AbortSignal;
}
