/*
 * The virtual board does the same in the real interpreter as in Node, and its Storage refuses and
 * accepts what the interpreter's own Storage does.
 */
import { expect, test } from 'vitest';
import { createNobleEd25519 } from '../../hardware/virtual/ed25519-noble';
import { playInEspruino, playInNode } from './both-ways';
import { espruinoPath, HANGING_MS, runEspruino } from './interpreter';
import { createReplayBoard } from './replay';

const onInterpreter = (name: string, fn: () => Promise<void>) =>
  test.skipIf(!espruinoPath)(name, fn, HANGING_MS);

/** A small hand-written firmware that touches every part of the board. */
const FIRMWARE = `
E.setConsole(null); E.setFlags({ unsafeFlash: 1 });
var S = require('Storage'), F = require('Flash'), boots = 0;
process.on('uncaughtException', function (e) { print('uncaught', e.message); });
while (S.read('log', boots + 1, 1) === 'b') boots++;
S.write('log', 'b', boots + 1);
print('boot', boots, E.hwRand(), E.hwRand(), NRF.getBattery() * 1000 | 0);
poke32(0x40006510 + 28, 1 | (2 << 8) | (1 << 16));
poke32(0x4001F510, 0x40006100 + 28); poke32(0x4001F514, 0x4001A008);
poke32(0x4001A504, 2); poke32(0x4001A508, 3); poke32(0x4001F504, 1); poke32(0x4001A000, 1);
function count() { poke32(0x4001A040, 1); return peek32(0x4001A540); }
pinMode(D3, 'input_pullup');
var presses = 0, at = 0, got = '';
setWatch(function (e) { presses++; print('press', e.pin, Math.round(e.time * 1000)); }, D3,
  { repeat: true, edge: 'falling', debounce: 25 });
Serial1.setup(115200, { rx: D8, tx: D6 });
Serial1.on('data', function (d) { got += d; print('rx', d.length, E.CRC32(d)); });
E.enableWatchdog(30, false);
setInterval(function () {
  E.kickWatchdog();
  var page = S.read('ring', 0, 1), base = E.getAddressOf(page, true);
  base = Math.floor((base + 4095) / 4096) * 4096;
  var n = count(), word = new Uint8Array([n & 255, n >> 8 & 255, presses, boots]);
  if (at === 16) { F.erasePage(base); at = 0; }
  F.write(word, base + at); at += 4;
  Serial1.write(F.read(4, base + at - 4)); Serial1.write(E.toString(word) + got.length);
}, 1000);
setTimeout(function () {
  var ed = E.nativeCall(E.getAddressOf(S.read('ed25519'), true) + 1, 'int(int,int,int,int)');
  var ctx = new Uint8Array(E.toArrayBuffer(E.toFlatString({ data: 0, count: 128 }))), m = new Uint8Array(70);
  m[3] = boots; ctx[0] = 9;
  ed(0, E.getAddressOf(ctx, true), 0, 0);
  ed(17, E.getAddressOf(ctx, true), E.getAddressOf(m, true), m.length);
  Serial1.write(ctx);
  throw new Error('on purpose');
}, 1500);
`;

const SCRIPT = [
  'file ed25519 00112233',
  'fill log 64',
  'file cfg 7b7d',
  'fill ring 12000',
  '0 on',
  '700 pulses 2 1000',
  '1000 rx 0001020394c3ff',
  '1200 press 3',
  '1210 press 3',
  `2000 rx ${'a5'.repeat(150)}`,
  '6500 pulses 2 4294967290',
  '9000 cut',
  '9500 pulses 2 77',
  '9600 rx 00',
  '12000 on',
  '13700 tear 10',
  '20000 on',
  '27300 end',
];

onInterpreter('a firmware by hand: the transcript in the interpreter is Node`s', async () => {
  const play = { seed: 11, bundle: FIRMWARE, script: SCRIPT };
  const inNode = playInNode(play);
  expect(inNode.filter((line) => /^print \d+ boot /.test(line)).length).toBe(3);
  expect(inNode.filter((line) => line.includes('press 3')).length).toBe(2);
  expect(await playInEspruino(play)).toEqual(inNode);
});

/** A row of Storage calls from a seed: a small set of names, sizes and offsets that meet often. */
function storageCalls(seed: number, count: number): string[] {
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
  const calls: string[] = [];
  for (let i = 0; i < count; i++) {
    const name = `'f${next(4)}'`;
    const data = `'${'abcdefghijklmnop'.slice(0, next(9))}'`;
    const kind = next(10);
    if (kind < 5)
      calls.push(`S.write(${name}, ${data}, ${next(3) === 0 ? next(12) : 0}, ${next(3) * 8})`);
    else if (kind < 6) calls.push(`S.erase(${name})`);
    else if (kind < 9) calls.push(`S.read(${name}, ${next(12) - 1}, ${next(12) - 1})`);
    else calls.push("S.list().join(',')");
  }
  return calls;
}

onInterpreter('Storage: every answer and refusal is the interpreter`s own', async () => {
  const calls = storageCalls(5, 150);
  const hex = `function h(v) { var t = '', i; if (typeof v !== 'string') return '' + v;
    for (i = 0; i < v.length; i++) t += v.charCodeAt(i).toString(16) + ' '; return v.length + ':' + t; }`;
  const body = calls
    .map((call) => `try { say(h(${call})); } catch (e) { say('refused ' + e.message); }`)
    .join('\n');
  const { board } = createReplayBoard(1, createNobleEd25519());
  const lines: string[] = [];
  board.onBoot(() => {
    new Function('S', 'say', `${hex}${body}`)(board.globals.require('Storage'), (line: string) =>
      lines.push(line),
    );
  });
  board.powerOn();
  expect(new Set(lines).size).toBeGreaterThan(15);
  const program = `var S = require('Storage'); function say(l) { print('@' + l); }\n${hex}\n${body}`;
  expect(await runEspruino(program)).toEqual(lines);
});

onInterpreter('CRC32 and timer numbers are the interpreter`s own', async () => {
  const body = `say(E.CRC32('123456789')); say(E.CRC32(new Uint8Array([0, 255, 128])));
    var a = setTimeout(function () {}, 10), b = setTimeout(function () {}, 20);
    clearTimeout(b); say(setTimeout(function () {}, 5) - a); clearTimeout(a); say(setTimeout(function () {}, 5) - a);
    try { clearTimeout(undefined); } catch (e) { say(e.message); } clearTimeout();
    say(setTimeout(function () {}, 5)); clearTimeout();`;
  const { board } = createReplayBoard(1, createNobleEd25519());
  const lines: string[] = [];
  board.powerOn();
  const globals = board.globals;
  new Function('E', 'setTimeout', 'clearTimeout', 'say', body)(
    globals.E,
    globals.setTimeout,
    globals.clearTimeout,
    (line: unknown) => lines.push(String(line)),
  );
  expect(lines[0]).toBe(String(0xcbf43926));
  const program = `function say(l) { print('@' + l); }\n${body}`;
  expect(await runEspruino(program)).toEqual(lines);
});
