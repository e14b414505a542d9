/*
 * practice.test.ts: the practice bench: boards and radios at TCP ports that answer, each board with its fault, the same from the same seed.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { PassThrough } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { practiceOptionsOf, startPractice } from '../../../scripts/technician/practice';
import { pourWater } from '../../../scripts/technician/practice-water';
import { openRadioLink } from '../../../scripts/technician/radio/link';
import { Trouble } from '../../../scripts/technician/trouble';
import { wordsOf } from '../../../scripts/technician/words';

/** Sends a line to an address; resolves with what came once it holds `wanted`, or with all when the port closes. */
function ask(url: string, line: string, wanted: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => socket.write(line));
    let heard = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      heard += text;
      if (heard.includes(wanted)) socket.destroy();
    });
    socket.on('close', () => resolve(heard));
  });
}

test('boards answer at their addresses with their own serial numbers, the same for the same seed', async () => {
  const flags = { boards: '2', board: 'xiao', faults: '2:other-board', seed: '7' } as const;
  const practice = await startPractice(practiceOptionsOf(flags));
  onTestFinished(() => practice.close());
  const [first, second] = practice.boards;
  const line = '\x10print(getSerial(),process.env.BOARD)\n';
  expect(await ask(first?.url ?? '', line, 'XIAOBLE')).toContain(`${first?.serial} XIAOBLE`);
  expect(await ask(second?.url ?? '', line, 'PUCKJS')).toContain(`${second?.serial} PUCKJS`);
  const again = await startPractice(practiceOptionsOf(flags));
  onTestFinished(() => again.close());
  expect(again.boards.map((board) => board.serial)).toEqual([first?.serial, second?.serial]);
});

test('radios answer at their addresses as from the shop: no region, the public channel, other numbers', async () => {
  const practice = await startPractice(
    practiceOptionsOf({ boards: '1', board: 'xiao', radios: '2' }),
  );
  onTestFinished(() => practice.close());
  expect(practice.radios.map(({ number }) => number)).toEqual([1, 2]);
  const devices = new Set<string>();
  for (const { url, device } of practice.radios) {
    // Settings as the official definitions read them.
    const link = await openRadioLink(url);
    link.close();
    const { nodeNum, configs, channels } = link.settings;
    expect(`!${nodeNum.toString(16)}`).toBe(device);
    expect(configs.get('lora')).toMatchObject({ region: 0, usePreset: true });
    expect(channels.get(0)?.settings).toMatchObject({ name: '', psk: new Uint8Array([1]) });
    devices.add(device);
  }
  expect(devices.size).toBe(2);
});

test('water that is typed is pulses at the meter of the board that is named; other lines are told how', async () => {
  const practice = await startPractice(practiceOptionsOf({ boards: '2', board: 'xiao' }));
  onTestFinished(() => practice.close());
  const typed = new PassThrough();
  const poured: [number, number, number][] = [];
  for (const [at, { running }] of practice.ports.entries()) {
    const { board } = running.model.options;
    board.addPulses = (pin, count) => poured.push([at + 1, pin, count]);
  }
  const said: string[] = [];
  const water = pourWater(typed, practice.ports, wordsOf('en'), (text) => void said.push(text));
  typed.end('450\n2 31\n3 5\nten litres\n0\n100001\n');
  await once(typed, 'close');
  water.stop();
  expect(poured).toEqual([
    [1, 0, 450],
    [2, 0, 31],
  ]);
  expect(said).toHaveLength(6);
  expect(said[1]).toBe('31 pulses at the meter of board 2.');
  for (const text of said.slice(2)) expect(text).toContain('1 to 100000');
});

test.each([
  [{ radios: '21' }],
  [{ faults: '3:nak' }],
  [{ faults: '1:gremlin' }],
  [{ boards: '0' }],
  [{ boards: '101' }],
  [{ port: '65536' }],
])('%j is refused', (flags) => {
  expect(() => practiceOptionsOf({ boards: '2', board: 'xiao', ...flags })).toThrow(Trouble);
});
