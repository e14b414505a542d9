/*
 * A session with a board, against the console's model, which is held against recordings of real interpreters: it gets an
 * answer from any state, and what it says was written is what lies in Storage.
 */
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NOT_RESTARTED, openBoard } from '../../../../scripts/technician/board/espruino-board';
import { freshBoard, QUICK, sessionWith, storageOf, troubleOf } from './board-kit';

const STATES: [string, string][] = [
  ['a half typed line', 'print("half'],
  ['an open bracket', 'if (1) { print("open")\n'],
  ['an open string behind DLE', '\x10print("abc\n'],
  ['an open comment', '/* abc\n'],
  ['a loop that never ends', 'while(1);\n'],
  ['a program that prints', '\x10setInterval(function(){print("noise")},30)\n'],
  [
    'a program that prints acknowledgements',
    '\x10setInterval(function(){print("\\x06\\x15 fake\\x10\\x01\\x00\\x02no")},200)\n',
  ],
  ['a packet that was left half sent', '\x10\x01\x80\xc8abcdef'],
  ['a header that was left half sent', '\x10\x01\x80'],
];

test.concurrent.each(STATES)(
  'from %s to an answer',
  async (_, bytes) => {
    const { url, running } = await freshBoard('xiao');
    running.write(Buffer.from(bytes, 'latin1'));
    const session = await openBoard(url, { times: QUICK });
    expect(await session.evaluate('6*7')).toBe(42);
    await session.close();
  },
  40_000,
);

test('identity, files, erase', async () => {
  const { url, model } = await freshBoard('mdbt42q');
  const session = await sessionWith(url);
  expect(await session.identity()).toMatchObject({
    ...{ board: 'MDBT42Q', version: '2v29', serial: model.options.serial, variablesTotal: 2950 },
    ...{ storageBytes: 40_960 },
  });
  await session.write('one', Buffer.from('first'));
  await session.write('two', Buffer.from('second\r\n\nfile'));
  expect(await session.files()).toEqual([
    { name: 'one', length: 5, crc32: crc32(Buffer.from('first')) },
    { name: 'two', length: 13, crc32: (await session.check('two'))?.crc32 },
  ]);
  await session.erase('one');
  expect(await session.check('one')).toBeNull();
  expect(storageOf(model).has('one')).toBe(false);
  expect(Buffer.from(await session.read('two')).toString()).toBe('second\r\n\nfile');
});

test('any bytes arrive as they are, and are read back as they are', async () => {
  const { url, model } = await freshBoard('xiao');
  const session = await sessionWith(url);
  const file = fc.uint8Array({ minLength: 1, maxLength: 5000 });
  await fc.assert(
    fc.asyncProperty(file, async (bytes) => {
      await session.write('f', bytes);
      expect(storageOf(model).get('f')).toEqual(Buffer.from(bytes));
      expect(Buffer.from(await session.read('f'))).toEqual(Buffer.from(bytes));
    }),
    { numRuns: 12 },
  );
}, 60_000);

test('a refused packet is sent again; one that is refused again and again is told', async () => {
  const once = await freshBoard('xiao', { nak: { packet: 3, times: 2 } });
  const bytes = new Uint8Array(5000).map((_, i) => i * 7);
  await (await sessionWith(once.url)).write('f', bytes);
  expect(storageOf(once.model).get('f')).toEqual(Buffer.from(bytes));
  const always = await freshBoard('xiao', { nak: { packet: 3, times: 1000 } });
  const trouble = await troubleOf((await sessionWith(always.url)).write('f', bytes));
  expect(trouble).toMatchObject({ code: 'packet-refused', details: { times: 4 } });
}, 20_000);

test('a file that arrives otherwise is sent again; one that stays otherwise is told', async () => {
  const bytes = new Uint8Array(3000).fill(65);
  const once = await freshBoard('xiao', { flipBit: { file: '', times: 1 } });
  await (await sessionWith(once.url)).write('f', bytes);
  expect(storageOf(once.model).get('f')).toEqual(Buffer.from(bytes));
  const always = await freshBoard('xiao', { flipBit: { file: '', times: 1000 } });
  const trouble = await troubleOf((await sessionWith(always.url)).write('f', bytes));
  expect(trouble).toMatchObject({ code: 'crc-differs', details: { file: 'f' } });
});

test('a file that does not fit is refused before anything is sent', async () => {
  const { url, model } = await freshBoard('xiao', { storageFreeBytes: 6000 });
  const session = await sessionWith(url);
  const trouble = await troubleOf(session.write('f', new Uint8Array(8000).fill(1)));
  expect(trouble.code).toBe('storage-full');
  expect(trouble.details.needed).toBe(8032);
  expect(storageOf(model).has('f')).toBe(false);
});

test('exceptions and syntax errors of the board are told in its words', async () => {
  const session = await sessionWith((await freshBoard('xiao')).url);
  const thrown = await troubleOf(session.evaluate('nothere.x'));
  expect(thrown).toMatchObject({ code: 'board-exception' });
  expect(String(thrown.details.error)).toContain('nothere');
  const syntax = await troubleOf(session.evaluate('1+'));
  expect(String(syntax.details.error)).toContain('SyntaxError');
  expect(await session.evaluate('[1,"a\\n",null]')).toEqual([1, 'a\n', null]);
});

test('memory that runs out is told', async () => {
  const session = await sessionWith((await freshBoard('mdbt42q')).url);
  const code = '(function(){var s="x";while(s.length<100000)s+=s;global.big=s;return 1})()';
  expect((await troubleOf(session.evaluate(code))).code).toBe('out-of-memory');
}, 20_000);

test('a board without a program of ours has no command to ask', async () => {
  const session = await sessionWith((await freshBoard('xiao')).url);
  expect((await troubleOf(session.node('id'))).code).toBe('no-program');
});

test('what a program says at its start is given; an exception there is a trouble', async () => {
  const session = await sessionWith((await freshBoard('xiao')).url);
  await session.write('.bootcde', Buffer.from('print("hello");var started=1;\n'));
  expect(await session.restart()).toContain('hello');
  expect(await session.evaluate('started')).toBe(1);
  await session.write('.bootcde', Buffer.from('var a=1;\nnothere();\n'));
  const trouble = await troubleOf(session.restart());
  expect(trouble.code).toBe('boot-failed');
  expect(String(trouble.details.error)).toContain('nothere');
});

test('a board that answers and never starts again is not asked for ever', async () => {
  const session = await sessionWith((await freshBoard('xiao')).url);
  await session.evaluate('(global.load=function(){},1)');
  expect(await troubleOf(session.restart(300))).toMatchObject({
    ...{ code: 'boot-failed', details: { error: NOT_RESTARTED } },
  });
  expect(await session.evaluate('1+1')).toBe(2);
});

test('an Espruino from before packets is named with its version', async () => {
  const { url } = await freshBoard('xiao', { version: '2v10' });
  const trouble = await troubleOf(openBoard(url, { times: { ...QUICK, givenUpMs: 100 } }));
  expect(trouble).toMatchObject({ code: 'old-espruino', details: { version: '2v10' } });
}, 20_000);

test.each([{ isSilent: true }, { isWrongBaud: true }])(
  '%o: nothing answers',
  async (faults) => {
    const { url } = await freshBoard('xiao', faults);
    const trouble = await troubleOf(openBoard(url, { times: { ...QUICK, givenUpMs: 100 } }));
    expect(trouble.code).toBe('no-prompt');
  },
  20_000,
);

test('a port that closes in the middle is told at once, with what was going on', async () => {
  const { url, running } = await freshBoard('xiao');
  const session = await sessionWith(url);
  const work = session.write('f', new Uint8Array(200_000).fill(3));
  await session.check('g').catch(() => {});
  running.unplug(false);
  const trouble = await troubleOf(work);
  expect(trouble.code).toBe('unplugged');
}, 20_000);

test('an address that leads nowhere', async () => {
  const { url } = await freshBoard('xiao');
  expect((await troubleOf(openBoard('tcp://127.0.0.1:1'))).code).toBe('no-port');
  expect((await troubleOf(openBoard('/dev/no-such-port'))).code).toBe('no-port');
  expect((await troubleOf(openBoard('tcp://nowhere'))).code).toBe('bad-file');
  expect(url).toMatch(/^tcp:/);
});
