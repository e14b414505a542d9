/*
 * What: `npm run check`'s last step: the house rules that Biome and TypeScript cannot say.
 * From where to where: the files git knows (or a folder given as argument) -> lines `file:line: what is wrong`.
 * Exit code 1 when there is one.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { barsIn } from './build/bar-table';
import { describeFindings, fence } from './build/fence';

/** Folders whose code runs on Espruino. */
const ESPRUINO_FOLDERS = ['shared/', 'firmware/', 'hardware/virtual/board/'];
/** Files there that only hosts use: they are fenced when a bundle takes them in, not before. */
const HOST_ONLY = ['shared/verify.ts', 'shared/meshtastic/text.ts', 'shared/page-language.ts'];

// Written in pieces, so that this file does not refuse itself.
const UNFINISHED = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b`);

function filesIn(root: string): string[] {
  if (existsSync(join(root, '.git')))
    return execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
      cwd: root,
      encoding: 'utf8',
    })
      .split('\n')
      .filter((file) => file !== '' && existsSync(join(root, file)));
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.\w+$/.test(file),
  );
}

function judgeText(file: string, text: string): string[] {
  const found: string[] = [];
  if (/\.ts$/.test(file) && !/^(#![^\n]*\n)?(\/\*|\/\/)/.test(text))
    found.push(`${file}:1: no card: a comment that says what the file is`);
  text.split('\n').forEach((line, index) => {
    if (UNFINISHED.test(line))
      found.push(`${file}:${index + 1}: unfinished: do it, or make an issue of it`);
  });
  return found;
}

function judgeBars(root: string): string[] {
  const path = join(root, 'docs/bars.md');
  if (!existsSync(path)) return [];
  return barsIn(readFileSync(path, 'utf8')).flatMap((bar) => {
    const missing = (['name', 'command', 'mustPrint', 'lastFigure'] as const).filter(
      (key) => bar[key] === '',
    );
    const tests = bar.command.match(/\btest\/[\w./-]+/g) ?? [];
    const gone = tests.filter((test) => !existsSync(join(root, test)));
    return [
      ...(missing.length > 0 ? [`bar without ${missing.join(', ')}`] : []),
      // A test runner that finds only the others says nothing of it.
      ...gone.map((test) => `there is no ${test}`),
    ].map((what) => `docs/bars.md:${bar.line}: ${what}`);
  });
}

function judgeEspruino(root: string, files: string[]): string[] {
  const safe = files.filter(
    (file) =>
      file.endsWith('.ts') &&
      !file.endsWith('.d.ts') &&
      !HOST_ONLY.includes(file) &&
      ESPRUINO_FOLDERS.some((folder) => file.startsWith(folder)),
  );
  if (safe.length === 0) return [];
  const types = resolve(root, 'firmware/espruino.d.ts');
  const found = fence(
    safe.map((file) => ({ path: resolve(root, file) })),
    existsSync(types) ? [types] : [],
  );
  return found.length > 0 ? describeFindings(found).split('\n') : [];
}

/** All complaints about the tree below `root`, as lines. */
export function houseComplaints(root: string): string[] {
  const files = filesIn(root).filter((file) => !/^(test\/fixtures|dist|node_modules)\//.test(file));
  const texts = files.filter(
    (file) =>
      /\.(ts|md|json|sql|html|css|sh)$|^\.ci\/run$/.test(file) && file !== 'package-lock.json',
  );
  return [
    ...texts.flatMap((file) => judgeText(file, readFileSync(join(root, file), 'utf8'))),
    ...judgeBars(root),
    ...judgeEspruino(root, files),
  ];
}

if (/check\.(js|ts)$/.test(process.argv[1] ?? '')) {
  const complaints = houseComplaints(process.argv[2] ?? '.');
  for (const complaint of complaints) console.error(complaint);
  if (complaints.length > 0) process.exitCode = 1;
  else console.log('house rules hold');
}
