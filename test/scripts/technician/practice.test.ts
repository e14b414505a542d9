/*
 * practice.test.ts: the practice bench: boards at TCP ports that answer, each with its fault, the same from the same seed.
 */
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { practiceOptionsOf, startPractice } from '../../../scripts/technician/practice';
import { Trouble } from '../../../scripts/technician/trouble';

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

test.each([
  [{ faults: '3:nak' }],
  [{ faults: '1:gremlin' }],
  [{ boards: '0' }],
  [{ boards: '101' }],
  [{ port: '65536' }],
])('%j is refused', (flags) => {
  expect(() => practiceOptionsOf({ boards: '2', board: 'xiao', ...flags })).toThrow(Trouble);
});
