/*
 * espruino-tools.test.ts: EspruinoTools, Espruino's own tool and none of ours, uploads to a virtual board over TCP, asks it
 * and reads the file back.
 */
import { execFile } from 'node:child_process';
import { crc32 } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { createBenchBoard } from '../../../hardware/virtual/console/boards';
import { type BoardPort, runBoard, serveBoard } from '../../../hardware/virtual/console/doors';

/**
 * In a process of its own: the package changes global objects. Arguments: address, content. Marks its answer with "@".
 * Over TCP the package writes characters above 127 as UTF-8, which breaks every DATA packet: its socket is mended here.
 */
const TOOL = `
const [url, content] = process.argv.slice(1);
const { Socket } = require('node:net');
const write = Socket.prototype.write;
Socket.prototype.write = function (data, ...rest) {
  return write.call(this, typeof data === 'string' ? Buffer.from(data, 'latin1') : data, ...rest);
};
const tell = (answer) => { console.log('@' + JSON.stringify(answer)); process.exit(0); };
require('espruino').init(() => {
  const { Config, Core } = globalThis.Espruino;
  Object.assign(Config, { BLUETOOTH_LOW_ENERGY: false, BLUETOOTH_LOW_ENERGY_DBUS: false, SERIAL_TCPIP: [url] });
  Core.Serial.open(url, async (info) => {
    if (!info) return tell({ error: 'not connected' });
    const { connection } = Core.Serial;
    const code = '[require("Storage").read(".bootcde").length,E.CRC32(require("Storage").read(".bootcde"))]';
    try {
      await connection.espruinoSendFile('.bootcde', content);
      const value = await connection.espruinoEval(code);
      const back = await connection.espruinoReceiveFile('.bootcde');
      tell({ value, back });
    } catch (error) { tell({ error: String(error) }); }
  }, () => {});
});`;

async function virtualBoard(faults = {}): Promise<BoardPort> {
  const port = await serveBoard(runBoard(createBenchBoard({ kind: 'xiao', seed: 1, faults })));
  onTestFinished(() => port.close());
  return port;
}

async function runTool(url: string, content: string) {
  const stdout = await new Promise<string>((resolve) => {
    execFile('node', ['-e', TOOL, url, content], (_error, out) => resolve(out));
  });
  const line = stdout.split('\n').find((text) => text.startsWith('@')) ?? '@null';
  return JSON.parse(line.slice(1));
}

/** 3 packets and a bit; no line feed: what the board sends back has a CR before each. */
const PROGRAM = `var total=0;${'total+=1;'.repeat(400)}`;

test('uploads, asks and reads back', async () => {
  const { url, running } = await virtualBoard();
  const answer = await runTool(url, PROGRAM);
  const crc = crc32(Buffer.from(PROGRAM, 'latin1'));
  expect(answer).toEqual({ value: [PROGRAM.length, crc], back: PROGRAM });
  const stored = running.model.options.board.storage.read('.bootcde') ?? [];
  expect(Buffer.from(stored).toString('latin1')).toBe(PROGRAM);
});

test('is told of a packet that the board refuses', async () => {
  const { url } = await virtualBoard({ nak: { packet: 3, times: 100 } });
  const { error } = await runTool(url, PROGRAM);
  expect(error).toBe('NAK while sending packet');
});
