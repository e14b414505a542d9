/*
 * A record that does not reach the gateway: the self-test waits a minute and a half, on a clock that the test moves, and says what to
 * check. The gateway is a plain HTTP server that knows the site and never has a record.
 */
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import type { BoardSession, NodeAnswer } from '../../../scripts/technician/board/board-session';
import { gatewayParts } from '../../../scripts/technician/heard';
import { HEARD_LOOK_MS, HEARD_MS_MAX } from '../../../scripts/technician/limits';
import { partWords } from '../../../scripts/technician/test-verbs';
import { wordsOf } from '../../../scripts/technician/words';
import { doorsOf, readyBench } from './support/bench-kit';

/** A gateway that has heard nothing, or whose second look finds this record. */
async function gatewayWith(record?: Record<string, unknown>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const isRecords = /\/records\?/.test(request.url ?? '');
    const isThere = record && asked.filter((url) => /records/.test(url)).length > 1;
    const answer = isRecords
      ? { records: isThere ? [record] : [], next: null }
      : { site: 'well-3' };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { asked, url: `http://127.0.0.1:${(server.address() as { port: number }).port}` };
}

async function partsWith(record?: Record<string, unknown>) {
  const gateway = await gatewayWith(record);
  const commands: string[] = [];
  const answers: Record<string, unknown> = {
    id: { keyId: 'a1b2' },
    counters: { epoch: 1, sequence: 7 },
    report: {},
  };
  const session = {
    node: async (command: string) => {
      commands.push(command);
      return { ok: true, ...(answers[command] as object) } as NodeAnswer;
    },
  } as BoardSession;
  let nowMs = 0;
  const clock = {
    nowMs: () => nowMs,
    wait: async (ms: number) => {
      nowMs += ms;
    },
  };
  const to = { url: gateway.url, token: null, signal: new AbortController().signal };
  const options = { to, site: 'well-3', isRadioBroken: false, clock };
  const doors = doorsOf(readyBench());
  const parts = await gatewayParts(doors, session, options);
  return { parts, commands, waitedMs: nowMs, asked: gateway.asked, told: doors.told };
}

test('no record within 90 s: “heard” fails, the record was asked for once, and the words name aerials, place and channel', async () => {
  const { parts, commands, waitedMs, asked, told } = await partsWith();
  expect(parts).toEqual([
    { part: 'registered', outcome: 'pass', value: '' },
    { part: 'heard', outcome: 'fail', value: '' },
  ]);
  expect(commands.filter((command) => command === 'report')).toHaveLength(1);
  expect(told).toContain('await-record');
  expect(waitedMs).toBe(90_000);
  expect(HEARD_MS_MAX).toBe(90_000);
  expect(asked.filter((url) => /records/.test(url))).toHaveLength(1 + waitedMs / HEARD_LOOK_MS);
  const { advice } = partWords(parts[1] as (typeof parts)[number], wordsOf('en'));
  for (const word of ['antennas', 'higher place', 'gateway', 'tallywell radio'])
    expect(advice).toContain(word);
});

test('a record that comes is looked for no longer', async () => {
  const record = { id: 1, key: 'a1b2', epoch: 1, seq: 7, received: { rssiDbm: -87, hops: 1 } };
  const { parts, waitedMs } = await partsWith(record);
  expect(parts[1]).toEqual({ part: 'heard', outcome: 'pass', value: '-87 dBm, hops: 1' });
  expect(waitedMs).toBe(HEARD_LOOK_MS);
});

test('a record of another key or of before is not this one', async () => {
  const record = { id: 1, key: 'a1b2', epoch: 1, seq: 6, received: {} };
  const { parts } = await partsWith(record);
  expect(parts[1]).toMatchObject({ part: 'heard', outcome: 'fail' });
});
