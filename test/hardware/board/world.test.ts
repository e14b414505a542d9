/*
 * Pulses, presses, the serial port and the native routine, as the firmware meets them.
 */
import { expect, test } from 'vitest';
import { createNobleEd25519 } from '../../../hardware/virtual/ed25519-noble';
import { startBundle } from '../../../hardware/virtual/run-bundle';
import { boardWith, FLASH, makeBoard } from './board-fixture';

/** Counts rising edges on D2 by GPIOTE 7, PPI 0 and TIMER3, as NRF52LL of EspruinoDocs does. */
const COUNTER = `
  poke32(0x40006510 + 4 * 7, 1 | (2 << 8) | (1 << 16));
  poke32(0x4001F510, 0x40006100 + 4 * 7);
  poke32(0x4001F514, 0x4001A008);
  poke32(0x4001A504, 2); poke32(0x4001A508, 3); poke32(0x4001A00C, 1);
  poke32(0x4001F504, 1);
  function count() { poke32(0x4001A040, 1); return peek32(0x4001A540); }
  setInterval(function () { print(count()); }, 1000);
`;

test('the pulse counter counts in bulk, only its pin, only when started, and forgets at reset', () => {
  const started = boardWith(`${COUNTER} poke32(0x4001A000, 1);`);
  expect(started.addPulses(2, 1_000_000)).toBe(1_000_000);
  expect(started.addPulses(3, 5)).toBe(0);
  started.runUntil(1000);
  started.addPulses(2, 4_294_967_295);
  started.runUntil(2000);
  started.powerCut();
  expect(started.addPulses(2, 9)).toBe(0);
  started.powerOn();
  started.runUntil(3000);
  expect(started.printed()).toEqual(['1000000', '999999', '0']);
  const idle = boardWith(COUNTER);
  expect(idle.addPulses(2, 5)).toBe(0);
});

test('each wrong register alone stops the counting', () => {
  const wrong = [
    ['0x4001F510, 0x40006100 + 4 * 7', '0x4001F510, 0x40006100'],
    ['0x4001F514, 0x4001A008', '0x4001F514, 0x4001A000'],
    ['0x4001F504, 1', '0x4001F504, 2'],
    ['0x4001A504, 2', '0x4001A504, 0'],
    ['1 | (2 << 8) | (1 << 16)', '3 | (2 << 8) | (1 << 16)'],
    ['1 | (2 << 8) | (1 << 16)', '1 | (3 << 8) | (1 << 16)'],
    ['1 | (2 << 8) | (1 << 16)', '1 | (2 << 8)'],
  ];
  for (const [right, other] of wrong) {
    expect(COUNTER).toContain(right);
    const board = boardWith(`${COUNTER.replace(right, other)} poke32(0x4001A000, 1);`);
    expect(board.addPulses(2, 5)).toBe(0);
  }
});

test('a narrow counter wraps at its width; both edges count twice', () => {
  const board = boardWith(
    `${COUNTER.replace('0x4001A508, 3', '0x4001A508, 0').replace('1 << 16', '3 << 16')}
     poke32(0x4001A000, 1);`,
  );
  board.addPulses(2, 40_000);
  board.runUntil(1000);
  expect(board.printed()).toEqual([String(80_000 % 65_536)]);
});

test('a press falls and rises, debounced; two presses at once follow one another', () => {
  const board = boardWith(`
    pinMode(D3, 'input_pullup');
    setWatch(function (e) { print(e.state, e.pin, Math.round(getTime() * 1000)); }, D3,
      { repeat: true, edge: 'falling', debounce: 25 });
  `);
  board.runUntil(1000);
  board.press(3);
  board.press(3);
  board.press(4);
  board.runUntil(3000);
  expect(board.printed()).toEqual(['false 3 1025', 'false 3 1325']);
  expect(board.globals.digitalRead(3)).toBe(1);
});

test('a watched meter loses what the event ring cannot hold, and says so', () => {
  const board = boardWith(`
    var n = 0; setWatch(function () { n++; }, D2, { repeat: true, edge: 'rising' });
    setInterval(function () { print(n, E.getErrorFlags().join(), E.getErrorFlags().join()); }, 10);
  `);
  expect(board.addPulses(2, 50)).toBe(50);
  expect(board.addPulses(2, 100)).toBe(85);
  board.runUntil(10);
  expect(board.printed()).toEqual(['135 FIFO_FULL ']);
});

test('the serial port brings at most 64 characters, loses what nobody hears, sends when open', () => {
  const board = makeBoard();
  const sent: [string, number][] = [];
  board.onTransmit((bytes, atMs) => sent.push([Buffer.from(bytes).toString('hex'), atMs]));
  startBundle(
    board,
    `setTimeout(function () {
       Serial1.setup(115200, { rx: D8, tx: D6 }); Serial1.on('data', function (s) { print(s.length); });
       Serial1.write(new Uint8Array([0x94, 0xc3])); Serial1.write('\\x00\\xff');
     }, 100);
     setTimeout(function () { Serial1.unsetup(); Serial1.write('x'); }, 200);`,
  );
  board.receive(new Uint8Array(10));
  board.runUntil(100);
  board.receive(new Uint8Array(130));
  board.runUntil(200);
  board.receive(new Uint8Array(3));
  expect(sent).toEqual([
    ['94c3', 100],
    ['00ff', 100],
  ]);
  expect(board.printed()).toEqual(['64', '64', '2']);
  expect(board.counts().serialBytesLost).toBe(13);
});

const SIGNER = `
  var at = E.getAddressOf(require('Storage').read('ed25519'), true);
  var ed = E.nativeCall(at + 1, 'int(int,int,int,int)');
  var ctx = new Uint8Array(E.toArrayBuffer(E.toFlatString({ data: 0, count: 128 })));
`;

test('the native routine derives, signs and verifies by address', () => {
  const board = makeBoard();
  board.storage.write('first', 'x');
  board.storage.write('ed25519', 'thumb');
  startBundle(
    board,
    `${SIGNER}
    var message = new Uint8Array(40), i; for (i = 0; i < 32; i++) ctx[i] = i;
    ed(0, E.getAddressOf(ctx, true), 0, 0);
    ed(17, E.getAddressOf(ctx, true), E.getAddressOf(message, true), message.length);
    print(ctx.subarray(64, 128).join());
    var check = new Uint8Array(96); check.set(ctx.subarray(32, 128), 0);
    print(at, ed(2, E.getAddressOf(check, true), E.getAddressOf(message, true), 40),
      ed(2, E.getAddressOf(check, true), E.getAddressOf(message, true), 39));`,
  );
  const seed = new Uint8Array(32).map((_, i) => i);
  const signature = createNobleEd25519().sign(seed, new Uint8Array(40));
  expect(board.printed()).toEqual([signature.join(), `${FLASH + 36 + 32} 1 0`]);
});

test('small arrays are not flat, old addresses are no more, missing code is a crash', () => {
  const board = boardWith(`
    print(E.getAddressOf(new Uint8Array(12), true), E.getAddressOf(new Uint8Array(16), true),
      E.getAddressOf(new Uint8Array(24), true) !== 0, E.getAddressOf('text', true),
      E.getAddressOf(new Uint8Array(E.toArrayBuffer(E.toFlatString({ data: 0, count: 16 }))), true) !== 0);
    E.nativeCall(5, 'int(int,int,int,int)')(0, 0, 0, 0);
  `);
  expect(board.printed()[0]).toBe('0 0 true 0 true');
  expect(board.counts().uncaught).toEqual(['Error: hard fault: no code at address 5']);
  const second = makeBoard();
  second.storage.write('ed25519', 'thumb');
  startBundle(
    second,
    `${SIGNER} var old = E.getAddressOf(ctx, true);
    setTimeout(function () { ed(0, old, 0, 0); }, 10);`,
  );
  second.runUntil(10);
  expect(second.counts().uncaught[0]).toContain('hard fault: nothing known');
});
