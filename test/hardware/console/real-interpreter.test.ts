/*
 * real-interpreter.test.ts: the model of Espruino's console beside the real interpreter: both are sent the same, the
 * interpreter over a serial port; what comes back must be equal. Needs env ESPRUINO and python3, else skipped.
 */
import { SerialPort } from 'serialport';
import { expect, onTestFinished, test } from 'vitest';
import { startBenchBoard } from '../../espruino/bench-board';
import { espruinoPath } from '../../espruino/interpreter';
import { benchClient, DATA, EVAL, FILE_RECV, FILE_SEND, packetOf } from './bench-client';
import { linuxModel } from './recording';

/** A guard against an interpreter that says less than the model, ms. */
const GUARD_MS = 20_000;

/** What is said, one after the other. No byte 04: it ends the Linux build. */
const TALK = [
  '1+2\n',
  '\x10print(1,"a",[1,2],true)\n',
  '({a:1,b:"x",c:[1,2]})\n',
  'var q=5\n',
  'half',
  '\x03',
  'print((1+2)\n',
  ')\n',
  '"\\x01\\xff"\n',
  '\x05',
  '\x13\x11',
  packetOf(EVAL, '({a:[1,undefined],"b c":"\\n\\1x"})'),
  packetOf(EVAL, '1;2'),
  packetOf(EVAL, 'var x'),
  packetOf(EVAL, 'nothere'),
  packetOf(0xc000, 'no type'),
  packetOf(DATA, 'no file'),
  packetOf(FILE_SEND, '{fn:"a",s:7}'),
  packetOf(DATA, 'two\nlin'),
  packetOf(FILE_RECV, '{"fn":"a"}'),
  packetOf(FILE_SEND, JSON.stringify({ fn: `${'n'.repeat(27)}longer`, s: 5 })),
  packetOf(DATA, 'more!'),
  packetOf(EVAL, 'require("Storage").list()'),
  packetOf(FILE_SEND, '{"fn":"b","s":4}'),
  packetOf(DATA, 'too much'),
  // All but the size of the flash, which belongs to the build.
  packetOf(EVAL, 'var s=require("Storage").getStats();delete s.totalBytes;delete s.freeBytes;s'),
  '\x10reset()\n',
];

/** Without places in code: the stock build shows them otherwise than boards do. */
const comparable = (text: string): string =>
  text.replace(/ {4}at [^\r]*\r\n[^\r]*\r\n *\^\r\n/g, '');

/** Opens the port; `until` resolves with all that came since the last call, once it is as wanted. */
async function openPort(path: string) {
  const port = new SerialPort({ path, baudRate: 9600, autoOpen: false });
  let heard = '';
  let look = (): void => {};
  port.on('data', (bytes: Buffer) => {
    heard += bytes.toString('latin1');
    look();
  });
  await new Promise<void>((done, fail) => port.open((error) => (error ? fail(error) : done())));
  onTestFinished(() => new Promise<void>((done) => port.close(() => done())));
  return {
    say: (text: string) => port.write(Buffer.from(text, 'latin1')),
    until: (isSo: (text: string) => boolean): Promise<string> =>
      new Promise((done) => {
        const finish = (): void => {
          clearTimeout(guard);
          look = () => {};
          done(heard);
          heard = '';
        };
        const guard = setTimeout(finish, GUARD_MS);
        look = () => {
          if (isSo(heard)) finish();
        };
        look();
      }),
  };
}

const onInterpreter = test.skipIf(!espruinoPath);

onInterpreter('the real interpreter and the model say the same', async () => {
  const { path } = await startBenchBoard();
  const port = await openPort(path);
  await port.until((text) => text.endsWith('>'));
  const client = benchClient(linuxModel('STOCK'));
  client.model.powerOn();
  client.wait(100);
  for (const said of TALK) {
    const model = comparable(client.say(said, 200));
    port.say(said);
    const real = await port.until((text) => comparable(text).length >= model.length);
    expect({ said, answer: comparable(real) }).toEqual({ said, answer: model });
  }
});

onInterpreter(
  'the real interpreter keeps its Storage and is there again after E.reboot()',
  async () => {
    const board = await startBenchBoard();
    const port = await openPort(board.path);
    await port.until((text) => text.endsWith('>'));
    port.say(packetOf(FILE_SEND, '{"fn":".bootcde","s":11}'));
    await port.until((text) => text.includes('\x06'));
    port.say(packetOf(DATA, 'print("up")'));
    await port.until((text) => text.includes('\x06'));
    port.say('\x10E.reboot()\n');
    await board.started(2);
    expect(await port.until((text) => text.includes('up\r\n\r\n>'))).toContain('up\r\n\r\n>');
  },
);
