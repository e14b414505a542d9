/*
 * A board that is slow: what it printed came after one question was given up and before the next was asked, and then it fell silent.
 * What it said last is not lost: it is the reason why it is silent.
 */
import { expect, test } from 'vitest';
import { openConsole } from '../../../../scripts/technician/board/console';
import type { LineEvents, OpenLine } from '../../../../scripts/technician/board/line';
import { QUICK, troubleOf } from './board-kit';

const MEMORY = 'Execution Interrupted during event processing.\r\nOUT OF MEMORY\r\n';
const UNCAUGHT = 'Uncaught Error: pins are wrong\r\n    at boot code\r\n';

/** A console at a port that answers nothing; `say` prints. */
async function silentBoard() {
  let port: LineEvents | undefined;
  const open: OpenLine = async (address, events) => {
    port = events;
    return { port: address, write: () => {}, close: async () => events.closed(true) };
  };
  const console = await openConsole('a-port', open, 9600, QUICK);
  return { console, say: (text: string) => port?.received(Buffer.from(text, 'latin1')) };
}

test('the board ran out of memory between two questions: the second one says so', async () => {
  const { console, say } = await silentBoard();
  const first = await troubleOf(console.evaluate('1', 'load', 20));
  expect(first.code).toBe('no-prompt');
  say(MEMORY);
  const second = await troubleOf(console.evaluate('1', 'load', 20));
  expect(second).toMatchObject({ code: 'out-of-memory', details: { during: 'load' } });
});

test('what was printed around questions without an answer is kept, until one is answered', async () => {
  const { console, say } = await silentBoard();
  say('one\r\n');
  await troubleOf(console.evaluate('1', 'load', 20));
  say(UNCAUGHT);
  await troubleOf(console.evaluate('1', 'load', 20));
  expect(console.unanswered()).toBe(`one\r\n${UNCAUGHT}`);
});
