/*
 * model.test.ts: a virtual board at the bench: the firmware that was sent to it really starts and answers; what is planted
 * goes wrong as it does on a board.
 */
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { createBenchBoard, serialOfSeed } from '../../../hardware/virtual/console/boards';
import type { BoardFaults } from '../../../hardware/virtual/console/faults';
import { benchClient, FILE_SEND, flashXiao } from './bench-client';

const ACK = '\x06';
const NAK = '\x15';

function atBench(faults: BoardFaults = {}, hangMs?: number) {
  const client = benchClient(createBenchBoard({ kind: 'xiao', seed: 5, faults, hangMs }));
  client.model.powerOn();
  return { client, banner: client.wait(100) };
}

const answerOf = (text: string) => JSON.parse(/\{"tw".*\}/.exec(text)?.[0] ?? 'null');

test('a board that was flashed through its port starts our firmware, which makes its key and tells the same half ever after', () => {
  const { client } = atBench();
  flashXiao(client);
  expect(client.say('\x10E.reboot()\n', 2000)).toContain('key erased');
  expect(answerOf(client.say('tw("id")\n'))).toMatchObject({
    ...{ tw: 'id', ok: true, board: 'XIAOBLE', serial: serialOfSeed(5), key: 'erased' },
  });
  const { publicKey } = answerOf(client.say('\x10tw("key")\n'));
  expect(publicKey).toMatch(/^[0-9a-f]{64}$/);
  client.model.powerCut();
  client.model.powerOn();
  client.wait(2000);
  expect(answerOf(client.say('tw("id")\n')).key).toBe('good');
  const [usage, total] = JSON.parse(client.ask('[process.memory().usage,process.memory().total]'));
  expect(total).toBe(14_000);
  expect(usage).toBeLessThan(3000);
});

test('load() starts the program again, reset() does not, and both keep Storage', () => {
  const { client } = atBench();
  client.send('.bootcde', 'print("program")');
  expect(client.say('\x10load()\n')).toBe('\r\x1b[Jprogram\r\n>');
  expect(client.say('\x10reset()\n')).toContain('espruino.com');
  expect(client.ask('require("Storage").list()')).toBe('[".bootcde"]');
});

test('a refused packet is answered with NAK, and with ACK when it comes again', () => {
  const { client } = atBench({ nak: { packet: 2, times: 1 } });
  expect(client.send('app', 'x'.repeat(100))).toBe(NAK);
  expect(client.send('app', 'x'.repeat(100))).toBe(ACK);
});

test('a flipped bit shows in the checksum only', () => {
  const { client } = atBench({ flipBit: { file: 'app', times: 1 } });
  const content = 'abcdefgh'.repeat(40);
  const state = 'var f=require("Storage").read("app")';
  for (const isGood of [false, true]) {
    client.ask('require("Storage").erase("app")');
    expect(client.send('app', content)).toBe(ACK);
    client.say(`\x10${state}\n`);
    const [length, crc] = JSON.parse(client.ask('[f.length,E.CRC32(f)]'));
    expect(length).toBe(content.length);
    expect(crc === crc32(Buffer.from(content))).toBe(isGood);
  }
});

test.each([
  [false, 1],
  [true, 0],
])('the plug is pulled in the middle, power lost: %s', (losesPower, variable) => {
  const { client } = atBench({ unplug: { share: 0.5, losesPower, times: 1 } });
  let gone = '';
  client.model.onGone((why) => {
    gone = why;
  });
  client.say('\x10global.v=1\n');
  client.send('app', 'y'.repeat(4000));
  expect(gone).toBe('unplugged');
  client.model.powerOn();
  client.wait(11_000);
  expect(client.ask('global.v||0')).toBe(String(variable));
  expect(client.ask('require("Storage").read("app").length')).toBe('4000');
});

test('a program that throws at its start is told with its place, and the console works', () => {
  const { client } = atBench({ throwsAtBoot: true });
  client.send('.bootcde', 'print(1)');
  expect(client.say('\x10load()\n')).toMatch(/Uncaught Error: planted.*\r\n {4}at boot code/);
  expect(client.ask('1+1')).toBe('2');
});

test('too little memory: the board says so and keeps the flags', () => {
  const { client } = atBench({ variables: 120 });
  client.send('.bootcde', `var a=1;${'a+=1;'.repeat(600)}`);
  expect(client.say('\x10load()\n')).toContain('OUT OF MEMORY');
  expect(client.ask('E.getErrorFlags()')).toBe('["LOW_MEMORY","MEMORY"]');
});

test('a full Storage acknowledges every packet and tells the error after it', () => {
  const { client } = atBench({ storageFreeBytes: 500 });
  const answer = client.send('app', 'z'.repeat(2000));
  expect(answer).toContain(ACK);
  expect(answer).toContain('Uncaught Error: Unable to find or create file');
});

test('an old Espruino types packets into its console', () => {
  const { client, banner } = atBench({ version: '2v10' });
  expect(banner).toContain(' 2v10 (c)');
  expect(client.packet(FILE_SEND, '{"fn":"a","s":1}', 6000)).not.toContain(ACK);
});

test('a slow board answers late, a silent one never, one at another speed not in words', () => {
  const slow = atBench({ slowMs: 400 }).client;
  slow.wait(1000);
  expect(slow.say('\x10print(7)\n', 300)).toBe('');
  expect(slow.wait(300)).toContain('7');
  const silent = atBench({ isSilent: true });
  expect(silent.banner + silent.client.say('print(1)\n', 1000)).toBe('');
  const wrong = atBench({ isWrongBaud: true });
  expect(wrong.banner).not.toBe('');
  expect(wrong.client.say('print(1)\n')).not.toContain('1');
});

test('another name, and a port that goes away at a restart', () => {
  const { client } = atBench({ boardName: 'PUCKJS', isPortLostAtReboot: true });
  expect(client.ask('process.env.BOARD')).toBe('"PUCKJS"');
  let gone = '';
  client.model.onGone((why) => {
    gone = why;
  });
  client.say('\x10E.reboot()\n');
  expect(gone).toBe('reboot');
});

test('code that never ends: broken off at the prompt, not in a packet', () => {
  const { client } = atBench({}, 200);
  expect(client.say('\x10while(1);\n', 500)).toBe('');
  expect(client.say('\x03', 500)).toContain('Execution Interrupted');
  expect(client.ask('1+1')).toBe('2');
  expect(client.packet(0x2000, '(function(){while(1);})()', 500)).toBe('');
  expect(client.say('\x03', 500)).toBe('');
});

test.each([
  ['a timer', 'setTimeout(function(){while(1);},20)', () => {}],
  [
    'a port',
    'Serial1.setup(9600);Serial1.on("data",function(){while(1);})',
    (client: ReturnType<typeof benchClient>) =>
      client.model.receiveOnSerial1(Uint8Array.from([65])),
  ],
])(
  'a loop without end in what %s calls: silent until Ctrl-C, then at work again',
  (_name, code, wake) => {
    const { client } = atBench({}, 200);
    client.say(`\x10${code}\n`);
    wake(client);
    client.wait(500);
    expect(client.say('1+1\n', 500)).toBe('');
    expect(client.say('\x03', 500)).toContain('Execution Interrupted');
    expect(client.ask('1+1')).toBe('2');
  },
);

test('while a page of flash is erased nothing comes out; what was said then comes after it', () => {
  const { client } = atBench();
  client.model.receive(
    Buffer.from('\x10require("Flash").erasePage(0x60000000+511*4096);print("erased")\n'),
  );
  expect(client.wait(80)).toBe('');
  client.model.receive(Buffer.from('\x10print("next")\n'));
  expect(client.wait(4)).toBe('');
  expect(client.wait(10)).toMatch(/erased[\s\S]*next/);
});

test('on a board, Ctrl-C at an empty prompt says nothing; a half line goes', () => {
  const { client } = atBench();
  expect(client.say('\x03')).toBe('');
  client.say('ab');
  expect(client.say('\x03')).toBe('\x1b[D\x1b[D\r\x1b[J>');
});
