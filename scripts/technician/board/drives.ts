/*
 * drives.ts: drives of UF2 boot loaders that are mounted.
 * Way: mount points -> INFO_UF2.TXT -> board. Source: Microsoft's UF2 specification.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { INFO_BYTES_MAX } from '../limits';

/** A drive. */
export interface BootDrive {
  path: string;
  /** Of INFO_UF2.TXT: Model, Board-ID. */
  model: string;
  boardId: string;
}

const INFO = 'INFO_UF2.TXT';
const OCTAL = /\\([0-7]{3})/g;

/** Places where drives are mounted on this machine. */
export function mountPlaces(): string[] {
  if (process.platform === 'win32') {
    return [...'DEFGHIJKLMNOPQRSTUVWXYZ'].map((letter) => `${letter}:\\`).filter(existsSync);
  }
  if (process.platform === 'darwin') {
    return readdirSync('/Volumes').map((name) => join('/Volumes', name));
  }
  const unescaped = (text: string) =>
    text.replace(OCTAL, (_, digits) => String.fromCharCode(Number.parseInt(digits, 8)));
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .filter((line) => / (vfat|msdos|fuseblk) /.test(line))
    .map((line) => unescaped(line.split(' ')[1] ?? ''));
}

/** What a place is, when it is a boot loader's drive; null = it is none. */
export function driveAt(path: string): BootDrive | null {
  try {
    const info = join(path, INFO);
    if (statSync(info).size > INFO_BYTES_MAX) return null;
    const text = readFileSync(info, 'utf8');
    const lineOf = (name: string) =>
      new RegExp(`^${name}:\\s*(.+?)\\s*$`, 'm').exec(text)?.[1] ?? '';
    return { path, model: lineOf('Model'), boardId: lineOf('Board-ID') };
  } catch {
    // No such file, or a drive that has just gone.
    return null;
  }
}

/** All drives of boot loaders. */
export function bootDrives(places = mountPlaces()): BootDrive[] {
  return places.flatMap((path) => driveAt(path) ?? []);
}
