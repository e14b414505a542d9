/*
 * program-files.ts: what a board gets: program, loader, boot code and native routine, as the build left them.
 * Way: dist/firmware and firmware/native of this package -> flash-plan.ts.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROFILES, type Profile } from '../../../firmware/profiles';
import { packageFolder } from '../../village/options';
import { Trouble } from '../trouble';

/** Names of the files on a board. */
export const SLOT_FILES = ['tw.a', 'tw.b'] as const;
export const BOOT_LOG_FILE = 'tw.boots';
export const NATIVE_FILE = 'ed25519';
export const LOADER_FILE = 'tw.boot';
export const BOOT_CODE_FILE = '.bootcde';
export const POWER_ON_FILE = '.bootPowerOn';
/** Stands on a board while its program is being changed. */
export const UNDER_WAY_FILE = 'tw.flash';
/** Everything of Tallywell in Storage; what else is there is not ours. */
export const OUR_FILES = [
  ...SLOT_FILES,
  ...[BOOT_LOG_FILE, NATIVE_FILE, LOADER_FILE, BOOT_CODE_FILE, POWER_ON_FILE, UNDER_WAY_FILE],
  ...['tw.cfg', 'journal'],
];

/** A program and what it needs beside it. */
export interface ProgramFiles {
  profile: Profile;
  /** With the seal of the build. */
  program: Uint8Array;
  /** Loader, boot code, native routine: written before the program. */
  beside: { name: string; bytes: Uint8Array }[];
}

function read(path: string): Uint8Array {
  if (existsSync(path)) return new Uint8Array(readFileSync(path));
  throw new Trouble('bad-file', { file: path, fault: 'missing: npm run build makes it' });
}

/** Names of all programs, for help texts. */
export const PROGRAM_NAMES = PROFILES.map(({ name }) => name);

/** Reads the files of a program. `folder`: the package's; tests take another. Throws: Trouble bad-file. */
export function readProgramFiles(name: string, folder = packageFolder()): ProgramFiles {
  const profile = PROFILES.find((one) => one.name === name);
  if (!profile) {
    throw new Trouble('bad-file', { file: name, fault: `programs: ${PROGRAM_NAMES.join(', ')}` });
  }
  const built = (file: string) => read(join(folder, 'dist/firmware', `${file}.js`));
  const beside = [
    { name: NATIVE_FILE, bytes: read(join(folder, 'firmware/native/ed25519.bin')) },
    { name: LOADER_FILE, bytes: built('loader') },
    // A XIAO whose button line is held at power-on must start all the same.
    ...(profile.board === 'nrf52840'
      ? [{ name: POWER_ON_FILE, bytes: built('boot-power-on') }]
      : []),
    { name: BOOT_CODE_FILE, bytes: built('boot-code') },
  ];
  return { profile, program: built(name), beside };
}
