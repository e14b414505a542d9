/*
 * backup-name.ts: names of backups, which of them are given up, and when the next one is due.
 * Way: pod, number and time -> name of the file; names in a folder -> the ones beyond what is kept. Pure.
 */
import {
  BACKUP_CARD_BYTES_PER_DAY,
  BACKUP_CARD_HOURS_MAX,
  BACKUP_FIRST_HOURS,
  BACKUP_STICK_HOURS,
} from '../limits/backup';

/** What a backup says of itself, in the file NAME.json beside it. */
export interface Manifest {
  pod: string;
  /** Public half of the gateway's key, hex; null = the gateway was never started. */
  publicKey: string | null;
  /** Form of the database. */
  form: number;
  records: number;
  /** Row of the newest record. */
  newestId: number;
  bytes: number;
  /** Of the database file, hex. */
  sha256: string;
  /** Rises with each backup of a folder: their order, also without a clock. */
  number: number;
  /** ISO 8601, UTC; null = the time was not known. */
  made: string | null;
  clock: 'trusted' | 'held' | 'unknown';
  /** Is the gateway's key in NAME.key? */
  hasKey: boolean;
  /** Version of Tallywell. */
  program: string;
}

const NAME = /^tallywell-([A-Za-z0-9_-]+)-(\d{8}T\d{4}Z(?:-\d+)?|n\d{6})\.sqlite$/;

/** Is this the name of a backup of this pod? */
export function isBackupName(name: string, pod: string): boolean {
  return NAME.exec(name)?.[1] === pod;
}

/**
 * The name of a new backup: by its time, or where that is unknown by its number.
 * @param made ISO 8601, UTC; null = not known
 * @param taken names that are there already
 */
export function backupName(
  pod: string,
  number: number,
  made: string | null,
  taken: string[],
): string {
  if (made === null) return `tallywell-${pod}-n${String(number).padStart(6, '0')}.sqlite`;
  const stamp = made.replace(/[-:]/g, '').slice(0, 13);
  const base = `tallywell-${pod}-${stamp}Z`;
  for (let copy = 1; ; copy += 1) {
    const name = copy === 1 ? `${base}.sqlite` : `${base}-${copy}.sqlite`;
    if (!taken.includes(name)) return name;
  }
}

/** A backup in a folder. number: 0 where its manifest is missing. */
export interface Kept {
  name: string;
  number: number;
}

/** Oldest first. */
export function inOrder<T extends Kept>(backups: T[]): T[] {
  return [...backups].sort((a, b) => a.number - b.number || (a.name < b.name ? -1 : 1));
}

/** Those to give up so that `keep` stay. The newest always stays. */
export function toGiveUp<T extends Kept>(backups: T[], keep: number): T[] {
  const ordered = inOrder(backups);
  return ordered.slice(0, Math.max(0, ordered.length - Math.max(1, keep)));
}

/** Hours between two copies on the database's own disk: large ones seldom, to spare the card. */
export function cardHours(bytes: number): number {
  const days = Math.max(1, bytes / BACKUP_CARD_BYTES_PER_DAY);
  return Math.min(days * 24, BACKUP_CARD_HOURS_MAX);
}

/** The last backup at a place, as the database remembers it. */
export interface LastBackup {
  /** Unix s; null = the time was not known. */
  madeS: number | null;
  /** Hours that the gateway had run in all. */
  hoursRun: number;
  file: string;
  records: number;
  bytes: number;
}

/** How long ago a backup was made, hours: by the clock or by the hours that the gateway ran, whichever says more. */
export function hoursSince(last: LastBackup, hoursRun: number, nowS: number | null): number {
  const byClock = nowS === null || last.madeS === null ? 0 : (nowS - last.madeS) / 3600;
  return Math.max(byClock, hoursRun - last.hoursRun);
}

/** Is another copy due at this place? `nowS`: null = the time is not known. */
export function isDue(
  place: 'card' | 'stick',
  last: LastBackup | null,
  hoursRun: number,
  nowS: number | null,
): boolean {
  if (last === null) return place === 'stick' || hoursRun >= BACKUP_FIRST_HOURS;
  const everyHours = place === 'stick' ? BACKUP_STICK_HOURS : cardHours(last.bytes);
  return hoursSince(last, hoursRun, nowS) >= everyHours;
}
