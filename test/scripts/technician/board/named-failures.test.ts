/*
 * What goes wrong with a board, at the command line: the exit code, and words that say what to do, in both languages.
 * The program that is run is the built one; the boards are virtual, at TCP ports.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BoardKind } from '../../../../hardware/virtual/console/boards';
import type { BoardFaults } from '../../../../hardware/virtual/console/faults';
import { TROUBLES } from '../../../../scripts/technician/trouble';
import { freshFolder } from '../support/bench-kit';
import { freshBoard } from './board-kit';

const TALLYWELL = 'dist/tallywell.js';

interface Ended {
  exitCode: number;
  stdout: string;
  stderr: string;
}

function tallywell(...args: string[]): Promise<Ended> {
  const env = { PATH: process.env.PATH, TALLYWELL_BENCH: join(freshFolder(), 'bench') };
  return new Promise((resolve) => {
    execFile(process.execPath, [TALLYWELL, ...args], { env }, (error, stdout, stderr) => {
      resolve({ exitCode: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

/** Failure, board and its faults, program, what the words must hold. */
const FAILURES: [keyof typeof TROUBLES, BoardKind, BoardFaults, string, RegExp][] = [
  ['wrong-board', 'xiao', { boardName: 'PUCKJS' }, 'water-point-xiao', /PUCKJS.*XIAO/],
  ['wrong-board', 'mdbt42q', {}, 'water-point-xiao', /MDBT42Q.*XIAO/],
  ['old-espruino', 'xiao', { version: '2v28' }, 'water-point-xiao', /2v28.*2v29/],
  ['out-of-memory', 'mdbt42q', { variables: 300 }, 'water-point', /memory/],
  [
    'unplugged',
    'xiao',
    { unplug: { file: 'tw.a', share: 0.1, losesPower: true, times: 1 } },
    'canteen-xiao',
    /unplugged/,
  ],
  [
    'unplugged',
    'xiao',
    { unplug: { file: 'tw.a', share: 0.5, losesPower: true, times: 1 } },
    'canteen-xiao',
    /unplugged/,
  ],
  [
    'unplugged',
    'xiao',
    { unplug: { file: 'tw.a', share: 0.9, losesPower: true, times: 1 } },
    'canteen-xiao',
    /unplugged/,
  ],
  ['packet-refused', 'xiao', { nak: { packet: 3, times: 1000 } }, 'canteen-xiao', /NAK/],
  ['boot-failed', 'xiao', { throwsAtBoot: true }, 'canteen-xiao', /does not start/],
  ['crc-differs', 'xiao', { flipBit: { file: 'tw.a', times: 1000 } }, 'canteen-xiao', /tw\.a/],
  ['storage-full', 'xiao', { storageFreeBytes: 6000 }, 'canteen-xiao', /full/],
];

test.each(FAILURES)(
  '%s (%s, %o, %s): exit code and what to do',
  async (code, kind, faults, profile, words) => {
    const { url } = await freshBoard(kind, faults);
    const ended = await tallywell('flash', '--port', url, '--profile', profile);
    expect(ended.stderr).toMatch(words);
    expect(ended.exitCode).toBe(TROUBLES[code]);
    expect(ended.stderr.trim().split('\n').at(-1)).toMatch(/^Next: /);
  },
  60_000,
);

test('no port: exit code 10, and a word about cables', async () => {
  const ended = await tallywell('flash', '--port', '/dev/no-such-port', '--profile', 'canteen');
  expect(ended.exitCode).toBe(TROUBLES['no-port']);
  expect(ended.stderr).toContain('cable');
});

test('one line of JSON says the same; French says it in French', async () => {
  const args = ['flash', '--port', '/dev/no-such-port', '--profile', 'canteen', '--lang', 'fr'];
  const ended = await tallywell(...args, '--json');
  const { error } = JSON.parse(ended.stdout);
  expect(error).toMatchObject({ code: 'no-port', exitCode: 10 });
  expect(error.next).toContain('câble');
  expect(ended.stderr).toBe('');
});

test('flash, ports and undo of a good board: exit code 0, what is said', async () => {
  const { url } = await freshBoard('xiao');
  const bench = ['--bench', join(freshFolder(), 'bench')];
  const flashed = await tallywell('flash', '--port', url, '--profile', 'canteen-xiao', ...bench);
  expect(flashed.stdout).toMatch(/canteen-xiao runs, program \d+ in tw\.a/);
  expect(flashed.exitCode).toBe(0);
  const ports = await tallywell('ports', '--port', url, '--files', ...bench);
  expect(ports.stdout).toMatch(/tw\.a +\d+ {2}[0-9a-f]{8}/);
  const undone = await tallywell('undo', '--port', url, '--json', ...bench);
  expect(JSON.parse(undone.stdout)).toMatchObject({ act: 'flash', program: 0 });
}, 60_000);
