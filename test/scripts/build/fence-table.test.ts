/*
 * Tests: every row of the language table is refused, mended by the lowering, or named with a reason.
 * From: test/fixtures/espruino/language.json (the interpreter's own answers). Through: fence, lowering, Node's vm.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createContext, runInContext } from 'node:vm';
import { expect, test } from 'vitest';
import { bundleForEspruino } from '../../../scripts/build/lower';
import { EXCEPTIONS, HOUSE_BANS, type LanguageRow, ROWS, refusedRows } from './language';

const refused = refusedRows();
const differing = ROWS.filter((row) => row.verdict !== 'same');
const mended = differing.filter((row) => !refused.has(row.id) && !EXCEPTIONS.has(row.id));

/** The table's way to print, in ES5, so that both interpreters can run it. */
const PRINT = `var lines = [];
function show(v, inside) {
  if (typeof v === "string") return inside ? JSON.stringify(v) : v;
  if (Array.isArray(v)) return "[" + v.map(function (x) { return show(x, true) }).join(",") + "]";
  return "" + v;
}
var tablePrint = function () {
  var parts = [];
  for (var i = 0; i < arguments.length; i++) parts.push(show(arguments[i], false));
  out(parts.join(" "));
};`;

async function loweredRow(row: LanguageRow): Promise<string> {
  const contents = `${row.source.replace(/\bprint\b/g, 'tablePrint')}\n`;
  return (await bundleForEspruino({ stdin: { contents, resolveDir: '/' }, minify: true })).code;
}

async function inNode(code: string): Promise<string> {
  const lines: string[] = [];
  const timers: (() => void)[] = [];
  const world = {
    out: (line: string) => lines.push(line),
    setTimeout: (fn: () => void) => timers.push(fn),
  };
  runInContext(`${PRINT}\n${code}`, createContext(world));
  for (const run of timers) run();
  return lines.join('\n');
}

test('the table holds all its rows', () => {
  expect(ROWS.length).toBe(404);
  expect(differing.length).toBe(156);
});

test('a row that differs is refused, mended, or an exception that still is one', () => {
  for (const id of EXCEPTIONS.keys()) expect(refused.has(id), id).toBe(false);
  expect(mended.length + [...EXCEPTIONS].length).toBeLessThan(differing.length / 4);
});

test('a row that runs alike is refused only by a house ban', () => {
  const banned = ROWS.filter((row) => row.verdict === 'same' && refused.has(row.id));
  const listed = HOUSE_BANS.flatMap(([, ids]) => ids);
  expect(banned.map((row) => row.id).sort()).toEqual(listed.sort());
});

test.each(mended)('the lowering mends $id: $construct', async (row) => {
  expect(await inNode(await loweredRow(row))).toBe(row.ecmascript);
});

test.skipIf(!process.env.ESPRUINO)('the mended rows run on the real interpreter', async () => {
  for (const row of mended) {
    const printed = await inEspruino(`${PRINT}\n${await loweredRow(row)}`);
    expect(printed, `${row.id} ${row.construct}`).toBe(row.ecmascript);
  }
});

function inEspruino(code: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tallywell-row-'));
  const head = 'var kept=[];function out(line){kept.push(line)}\n';
  const tail = '\nsetTimeout(function(){print("@"+JSON.stringify(kept.join("\\n")));quit()},60);';
  writeFileSync(join(folder, 'row.js'), `${head}${code}${tail}`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.env.ESPRUINO as string, ['row.js'], { cwd: folder });
    let text = '';
    child.stdout.on('data', (piece) => {
      text += piece;
    });
    child.on('error', reject);
    const limit = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.on('close', () => {
      clearTimeout(limit);
      rmSync(folder, { recursive: true, force: true });
      const line = /@(".*")/.exec(text);
      if (line) resolve(JSON.parse(line[1]));
      else reject(new Error(`no result:\n${code}\n${text}`));
    });
  });
}
