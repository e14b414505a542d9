/*
 * batch.test.ts: a tray of virtual boards by the built command line, killed in the middle; the reader of its file.
 * Oracles: the signed log, the boards' own Storage, the process table's exit codes; CSV written by hand.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readRows } from '../../../scripts/technician/batch/rows';
import { verifyLog } from '../../../scripts/technician/bench-folder';
import { readChannelKey } from '../../../scripts/technician/pod-file';
import { startPractice } from '../../../scripts/technician/practice';
import { nodeInUse, readSites } from '../../../scripts/technician/sites';
import { Trouble } from '../../../scripts/technician/trouble';
import { type Language, troubleWords, wordsOf } from '../../../scripts/technician/words';
import { freshFolder, readyBench } from './support/bench-kit';
import { formsOf, pdfStreams, pdfTexts } from './support/pdf-text';
import { textsOf, tool } from './support/tool';

/** No radio hangs on these boards, and the report says so, also of a board that was tested before the kill. */
function expectRadioNamed(folder: string): void {
  const good = textsOf(folder)
    .filter(([name]) => name === 'batch-report.csv')
    .flatMap(([, text]) => text.toString().split('\r\n'))
    .filter((row) => row.includes(',good,'));
  expect(good.length).toBeGreaterThanOrEqual(7);
  for (const row of good) expect(row).toContain(',link');
}

/** The channel's key is in none of them, nor in what their PDFs hold deflated. */
function expectNoKey(folder: string, texts: [string, Buffer][]): void {
  const key = Buffer.from(readChannelKey(folder));
  const inside = texts
    .filter(([name]) => name.endsWith('.pdf'))
    .flatMap(([name, pdf]) =>
      [...pdfStreams(pdf), Buffer.from(pdfTexts(pdf))].map((part) => [name, part] as const),
    );
  expect(inside.length).toBeGreaterThan(5);
  for (const [name, content] of [...texts, ...inside])
    for (const form of formsOf(key)) expect(content.includes(form), name).toBe(false);
}

test('ten boards, three faulty, killed in the middle: 7 good, 3 named, nothing done twice', async () => {
  const bench = readyBench();
  const faults = new Map([
    [2, 'nak-always'],
    [5, 'old-espruino'],
    [8, 'throws-at-boot'],
  ]);
  const practice = await startPractice({
    ...{ count: 10, board: 'xiao', faults, firstPort: 0, seed: 4711 },
  });
  onTestFinished(() => practice.close());
  const stick = freshFolder();
  const csv = join(freshFolder(), 'sites.csv');
  const sites = Array.from({ length: 10 }, (_, at) => `well-${at + 1}`);
  const lines = sites.map((site) => `${site},Puits ${site},water-point-xiao,1000`);
  writeFileSync(csv, `site,name,profile,pulse_ul\n${lines.join('\n')}\n`);
  const ports = practice.boards.flatMap(({ url }) => ['--port', url]);
  const args = ['flash', '--batch', csv, '--bench', bench.folder, '--register', stick, ...ports];
  const plan = await tool([...args, '--dry-run', '--lang', 'en']);
  expect(plan.code).toBe(0);
  expect(verifyLog(bench.folder).lines).toEqual([]);
  const killed = await tool(
    [...args, '--lang', 'en'],
    (out, kill) => out.includes('good. Next board') && kill('SIGKILL'),
  );
  expect(killed.signal).toBe('SIGKILL');
  const before = verifyLog(bench.folder);
  const nodesBefore = readSites(bench.folder).sites.flatMap((site) => nodeInUse(site) ?? []);
  const second = await tool([...args, '--lang', 'en']);
  expect(second.code, second.out).toBe(72);
  for (const code of ['packet-refused', 'old-espruino', 'boot-failed'])
    expect(second.out).toContain(code);
  const log = verifyLog(bench.folder);
  expect(log.wrongLine).toBeNull();
  expect(log.lines.length).toBeGreaterThan(before.lines.length);
  const nodes = readSites(bench.folder).sites.flatMap(({ nodes }) => nodes);
  expect(nodes).toHaveLength(7);
  expect(new Set(nodes.map(({ slot }) => slot)).size).toBe(7);
  for (const { publicKey, slot } of nodesBefore)
    expect(nodes).toContainEqual(expect.objectContaining({ publicKey, slot }));
  for (const { device } of nodes) {
    for (const act of ['flash', 'provision']) {
      const done = log.lines.filter(
        (line) => line.device === device && line.act === act && line.outcome === 'done',
      );
      expect(done, `${act} ${device}`).toHaveLength(1);
    }
    const keys = log.lines
      .filter((line) => line.device === device)
      .flatMap(({ facts }) => facts.publicKey ?? []);
    expect(new Set(keys).size).toBe(1);
  }
  const registered = log.lines.filter(({ act }) => act === 'register');
  expect(registered).toHaveLength(1);
  const third = await tool([...args, '--lang', 'en']);
  expect(third.code).toBe(72);
  const acts = (lines: typeof log.lines) =>
    lines.filter(({ act, outcome }) => act !== 'label' && outcome === 'done').length;
  expect(acts(verifyLog(bench.folder).lines)).toBe(acts(log.lines));
  expectRadioNamed(bench.folder);
  const outputs = Buffer.from(killed.out + second.out + third.out);
  expectNoKey(bench.folder, [...textsOf(bench.folder), ...textsOf(stick), ['output', outputs]]);
}, 300_000);

describe('the file of a tray', () => {
  const read = (text: string, language: Language = 'en') => {
    try {
      return readRows('sites.csv', text);
    } catch (error) {
      if (error instanceof Trouble) return troubleWords(wordsOf(language), error).what;
      throw error;
    }
  };

  test.each([
    ['site,profile\nwell 1,water-point-xiao\n', 'line 2, column site'],
    ['site,profile\na,water-point-xiao\na,water-point-xiao\n', 'line 3, column site'],
    ['site,profile,slot\na,water-point-xiao,256\n', 'line 2, column slot'],
    ['site,profile,latitude\na,water-point-xiao,91\n', 'line 2, column latitude'],
    ['site,profile,kind\na,water-point-xiao,canteen\n', 'line 2, column kind'],
    ['site,profile,wiring\na,water-point-xiao,{\n', 'line 2, column wiring'],
    ['site,profile,colour\na,water-point-xiao,red\n', 'line 1, column colour'],
    ['site,name\na,b\n', 'line 1, column profile'],
    ['site,profile\na,bench-mdbt42q\n', 'line 2, column profile: water-point'],
    ['site,profile\na,well\n', 'line 2, column profile: water-point'],
    ['site,profile\na,water-point-xiao\na,water-point-xiao\n', 'the same as in line 2'],
    ['site,profile,wiring\na,water-point-xiao,{\n', 'this is no JSON'],
    [
      'site,profile,wiring\na,water-point-xiao,"{""tamper"":{""pin"":""D99""}}"\n',
      'tamper: D99 is no pin of this board',
    ],
    ['site,profile\n', 'it must have 1 to 256 rows'],
    ['site,profile\n"a\n', 'this is no CSV'],
  ])('%j is refused with its place', (text, place) => {
    expect(read(text)).toContain(place);
  });

  test('what is wrong is said in the reader’s language', () => {
    expect(read('site,name\na,b\n', 'fr')).toBe(
      'sites.csv : ligne 1, colonne profile : cette colonne manque.',
    );
  });

  test('the example of the guide is read', () => {
    const rows = read(readFileSync('docs/sites-example.csv', 'utf8'));
    expect(rows).toMatchObject([{ line: 2 }, { line: 3, options: { site: 'well-2', slot: 7 } }]);
  });

  test('whatever the text is, it is rows or a trouble', () => {
    fc.assert(
      fc.property(fc.string(), fc.boolean(), (text, hasHead) => {
        const result = read(hasHead ? `site,profile,name\n${text}` : text);
        expect(typeof result === 'string' ? result : result.length).toBeTruthy();
      }),
    );
  });

  test('names come back as they were written, quoted as RFC 4180 has it', () => {
    const name = fc.string({ minLength: 1, maxLength: 50 }).filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (names) => {
        const rows = names.map(
          (one, at) => `s${at},water-point-xiao,"${one.replaceAll('"', '""')}"`,
        );
        const result = read(`site,profile,name\n${rows.join('\n')}\n`);
        expect(Array.isArray(result) ? result.map(({ options }) => options.name) : result).toEqual(
          names.map((one) => one.trim()),
        );
      }),
    );
  });
});
