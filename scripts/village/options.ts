/*
 * The village's options: texts from the command line to checked values.
 * From: commander (scripts/village.ts). To: run.ts. Source: the table in docs/village.md.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SITES_MAX } from './sites';

/** Checked options of one run. `days` 0 = until stopped. `speed` Infinity = as fast as the gateway commits. Ports: 0 = any free one. */
export interface VillageOptions {
  seed: number;
  sites: number;
  days: number;
  speed: number;
  lossPercent: number;
  taps: string[];
  points: string;
  exit: boolean;
  json: boolean;
  hostile: boolean;
  /** Power cuts, restarts and a radio that is off for days, at every node. */
  faults: boolean;
  /** Share of the water points whose node has a radio chip of its own, percent; the others have a radio on a serial port. */
  loraPercent: number;
  dataDir: string | undefined;
  mqttUrl: string | undefined;
  httpPort: number;
  httpPortGiven: boolean;
  mqttPort: number;
  mqttPortGiven: boolean;
}

/** What commander hands over: texts, or undefined where not given. */
export interface RawVillageOptions {
  seed?: string;
  sites?: string;
  days?: string;
  speed?: string;
  loss?: string;
  taps?: string[];
  points?: string;
  exit?: boolean;
  json?: boolean;
  hostile?: boolean;
  faults?: boolean;
  lora?: string;
  data?: string;
  mqtt?: string;
  httpPort?: string;
  mqttPort?: string;
}

/** A value an option cannot take; its message names the option and what it takes. Exit code 2. */
export class OptionError extends Error {}

/** A whole number in a range. Throws: OptionError. */
function whole(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d{1,15}$/.test(text) || value < least || value > most) {
    throw new OptionError(`${option} ${text}: give a whole number from ${least} to ${most}`);
  }
  return value;
}

/** A decimal number in a range. Throws: OptionError. */
function decimal(option: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(text) || value < least || value > most) {
    throw new OptionError(`${option} ${text}: give a number from ${least} to ${most}`);
  }
  return value;
}

function checkMqttUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new OptionError(`--mqtt ${text}: give a URL like mqtt://localhost:1883`);
  }
  if (!['mqtt:', 'mqtts:', 'ws:', 'wss:'].includes(url.protocol) || url.hostname === '') {
    throw new OptionError(`--mqtt ${text}: give a URL like mqtt://localhost:1883`);
  }
  return text;
}

/** The package's folder: the nearest one above this file with a package.json. Throws: when there is none (own bug). */
export function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('no package.json above this program');
    folder = above;
  }
  return folder;
}

/** The taps and points that come with the repository. */
export function defaultTaps(): string[] {
  const folder = join(packageFolder(), 'test/fixtures/taps');
  return [join(folder, 'tap-kitchen.csv'), join(folder, 'tap-washbasin.csv')];
}

/** The points file that comes with the repository. */
export function defaultPoints(): string {
  return join(packageFolder(), 'test/fixtures/points/wpdx-sample.csv');
}

/** Checks every option. Throws: OptionError for the first that is wrong. */
export function checkOptions(raw: RawVillageOptions): VillageOptions {
  const exit = raw.exit === true;
  const speed = raw.speed ?? '600';
  if (raw.mqtt !== undefined && raw.mqttPort !== undefined) {
    throw new OptionError(
      '--mqtt and --mqtt-port exclude each other: an external broker has its own port',
    );
  }
  return {
    seed: whole('--seed', raw.seed ?? '1', 0, 2 ** 32 - 1),
    sites: whole('--sites', raw.sites ?? '12', 1, SITES_MAX),
    days: raw.days === undefined ? (exit ? 1 : 0) : decimal('--days', raw.days, 0.05, 3660),
    speed: speed === 'max' ? Number.POSITIVE_INFINITY : decimal('--speed', speed, 0.1, 1e6),
    lossPercent: decimal('--loss', raw.loss ?? '5', 0, 100),
    taps: raw.taps ?? defaultTaps(),
    points: raw.points ?? defaultPoints(),
    exit,
    json: raw.json === true,
    hostile: raw.hostile !== false,
    faults: raw.faults === true,
    loraPercent: whole('--lora', raw.lora ?? '33', 0, 100),
    dataDir: raw.data,
    mqttUrl: raw.mqtt === undefined ? undefined : checkMqttUrl(raw.mqtt),
    httpPort: whole('--http-port', raw.httpPort ?? '8080', 0, 65535),
    httpPortGiven: raw.httpPort !== undefined,
    mqttPort: whole('--mqtt-port', raw.mqttPort ?? '1883', 0, 65535),
    mqttPortGiven: raw.mqttPort !== undefined,
  };
}

/** The command that runs the same world again: for the message of a run whose sums do not fit. */
export function replayCommand(options: VillageOptions): string {
  const speed = options.speed === Number.POSITIVE_INFINITY ? 'max' : String(options.speed);
  const parts = [
    `npm start -- --seed ${options.seed} --sites ${options.sites} --days ${options.days || 1}`,
    `--loss ${options.lossPercent} --speed ${speed} --exit --json`,
  ];
  if (options.taps.join() !== defaultTaps().join()) parts.push(`--taps ${options.taps.join(' ')}`);
  if (options.points !== defaultPoints()) parts.push(`--points ${options.points}`);
  if (!options.hostile) parts.push('--no-hostile');
  if (options.faults) parts.push('--faults');
  if (options.loraPercent !== 33) parts.push(`--lora ${options.loraPercent}`);
  return parts.join(' ');
}
