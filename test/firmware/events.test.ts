/*
 * Events: told at once, held back when they come too often, the last state always told.
 * From where to where: firmware/node.ts with the events part over a fake board; the gateway's judge reads what left.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { waterPoint } from '../../firmware/kinds/water-point';
import { type Kind, startNode } from '../../firmware/node';
import { startEvents } from '../../firmware/send/events';
import { judge } from '../../gateway/core/judge';
import { decodeRecord, type EventRecord } from '../../shared/record';
import { keyIdOf, verifySigned } from '../../shared/verify';
import { erasedPages, type FakeLink, fakeBoard, fakeLink, nodeKey, SLOT } from './fake-board';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const KEY = {
  rowId: 1,
  publicKey: nodeKey,
  keyId: keyIdOf(nodeKey),
  slot: SLOT,
  placements: [{ rowId: 1, site: 'wp-01', fromS: 0, toS: null }],
};

/** The event the gateway accepts this packet as; null: an hour's record. Throws: refused. */
function accepted(packet: Uint8Array): EventRecord | null {
  const verdict = judge(packet, {
    keyOf: () => KEY,
    storedPacket: () => undefined,
    verify: verifySigned,
  });
  if (verdict.outcome !== 'accepted') throw new Error(JSON.stringify(verdict));
  return verdict.record.kind === 3 ? verdict.record : null;
}

/** [code, value, uptime of its first sending in s] of each event that left, in the order they were made. */
function eventsOf(link: FakeLink): number[][] {
  const bySequence: number[][] = [];
  for (const { packet, atMs } of link.sent) {
    const event = accepted(packet);
    if (event) bySequence[event.sequence] ??= [event.eventCode, event.value, atMs / 1000];
  }
  return bySequence.filter((event) => event !== undefined);
}

function start(pages = erasedPages(8, 4096)) {
  const board = fakeBoard(pages);
  const link = fakeLink(board);
  let raise: (code: number, value: number) => void = () => {};
  const kind: Kind = {
    ...waterPoint,
    sensors: [
      ...waterPoint.sensors,
      (sense) => {
        raise = (code, value) => sense.raise(code, value);
        return () => {};
      },
    ],
  };
  let report: () => boolean = () => false;
  startNode(board, link, kind, (node) => {
    startEvents(node);
    report = () => node.report?.() ?? false;
  });
  return {
    ...{ board, link, report: () => report() },
    raise: (code: number, value: number) => raise(code, value),
  };
}

test('an event leaves within a minute as a record of its own that the gateway accepts', () => {
  const { board, link, raise } = start();
  board.runUntil(7 * MINUTE_MS);
  raise(1, 1);
  board.runUntil(8 * MINUTE_MS);
  expect(eventsOf(link).map(([code, value]) => [code, value])).toEqual([[1, 1]]);
  expect(link.sent[0].packet.length).toBeLessThanOrEqual(115);
  const event = accepted(link.sent[0].packet);
  expect(event).toMatchObject({ epoch: 1, sequence: 1, kept: 1, timeS: 0 });
  expect(event?.uptimeS).toBeLessThanOrEqual(7 * 60 + 10);
  board.runUntil(HOUR_MS + 30 * MINUTE_MS);
  expect(eventsOf(link).length).toBe(1);
  expect(accepted(link.sent[1].packet)).toBe(null);
});

test('a report that was asked for: "started" within a tick; asked again while it is not stored, the same record, at once', () => {
  const { board, link, report } = start();
  board.runUntil(30_000);
  expect(report()).toBe(false);
  board.runUntil(41_000);
  expect(eventsOf(link)).toEqual([[7, 0, 40]]);
  // The mesh lost it, and the node would wait.
  expect(report()).toBe(true);
  expect(link.sent.map(({ atMs }) => atMs)).toEqual([40_000, 41_000]);
  expect(link.sent[1].packet).toEqual(link.sent[0].packet);
  expect(accepted(link.sent[1].packet)).toMatchObject({ epoch: 1, sequence: 1 });
});

test('while the link is not ready the event waits and leaves with the first tick that can', () => {
  const { board, link, raise } = start();
  const send = link.send;
  link.send = () => false;
  raise(2, -5);
  board.runUntil(20 * MINUTE_MS);
  link.send = send;
  board.runUntil(20 * MINUTE_MS + 10_000);
  expect(eventsOf(link).map(([code, value]) => [code, value])).toEqual([[2, -5]]);
});

test('the same event is told once in ten minutes, its last value always', () => {
  const { board, link, raise } = start();
  for (let at = 0; at < 60; at++) {
    board.runUntil(at * MINUTE_MS + 1000);
    raise(1, at);
  }
  board.runUntil(2 * HOUR_MS);
  const told = eventsOf(link).filter(([code]) => code === 1);
  expect(told.length).toBe(7);
  expect(told[told.length - 1][1]).toBe(59);
  const gaps = told.slice(1).map(([, , atS], i) => atS - told[i][2]);
  for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(590);
});

test('broken and fixed pressed in turn: what was pressed last is told last', () => {
  const { board, link, raise } = start();
  const presses = [3, 4, 3, 4, 3, 3, 4];
  for (const [i, code] of presses.entries()) {
    board.runUntil((i + 1) * 20_000);
    raise(code, 0);
  }
  board.runUntil(HOUR_MS);
  const told = eventsOf(link).map(([code]) => code);
  expect(told).toEqual([3, 4]);
});

test('a low battery is told once, again only after it was charged', () => {
  const { board, link } = start();
  const battery = (mv: number, hours: number) => {
    board.batteryMv = () => mv;
    board.runUntil(board.uptimeMs() + hours * HOUR_MS);
  };
  battery(2500, 1);
  battery(2390, 2);
  battery(2410, 1);
  battery(2390, 1);
  battery(0, 0.1);
  battery(2600, 1);
  battery(2300, 1);
  const told = eventsOf(link).map(([code, value]) => [code, value]);
  expect(told.filter(([code]) => code === 6)).toEqual([
    [6, 2390],
    [6, 2300],
  ]);
});

test('in any hour at most 24 events leave, whatever the sensors do, and each code ends on its last value', () => {
  const storm = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 400 })),
    {
      minLength: 50,
      maxLength: 300,
    },
  );
  fc.assert(
    fc.property(storm, (raised) => {
      const { board, link, raise } = start();
      const last: Record<number, number> = {};
      let value = 0;
      for (const [code, waitS] of raised) {
        board.runUntil(board.uptimeMs() + waitS * 100);
        value++;
        raise(code, value);
        last[code === 4 ? 3 : code] = value;
      }
      board.runUntil(board.uptimeMs() + 2 * HOUR_MS);
      const told = eventsOf(link);
      for (const [, , atS] of told) {
        const inHour = told.filter(([, , otherS]) => otherS >= atS && otherS < atS + 3600);
        expect(inHour.length).toBeLessThanOrEqual(24);
      }
      const lastTold: Record<number, number> = {};
      for (const [code, v] of told) lastTold[code === 4 ? 3 : code] = v;
      expect(lastTold).toEqual(last);
    }),
    { numRuns: 8 },
  );
});

test('an event is in the journal and is sent again after a boot until a bulletin covers it', () => {
  const pages = erasedPages(8, 4096);
  const first = start(pages);
  first.link.send = () => false;
  first.raise(3, 0);
  first.board.runUntil(MINUTE_MS);
  const second = start(pages);
  second.board.runUntil(3 * HOUR_MS);
  const events = second.link.sent.map(({ packet }) => accepted(packet)).filter((e) => e !== null);
  expect(events.length).toBeGreaterThan(0);
  expect(events[0]).toMatchObject({ epoch: 1, sequence: 1, eventCode: 3 });
});

test('after an event the hour is still told within twenty minutes, however much is missing', () => {
  const { board, link, raise } = start();
  const send = link.send;
  link.send = () => false;
  board.runUntil(24 * HOUR_MS - MINUTE_MS);
  link.send = send;
  board.runUntil(24 * HOUR_MS + MINUTE_MS);
  raise(3, 0);
  board.runUntil(24 * HOUR_MS + 22 * MINUTE_MS);
  const hours = link.sent.filter(({ packet }) => accepted(packet) === null);
  expect(hours.length).toBeGreaterThan(3);
  const sequences = hours.map(({ packet }) => decodeRecord(packet.subarray(0, -64)));
  expect(sequences).toContainEqual(expect.objectContaining({ sequence: 24 }));
  expect(eventsOf(link).map(([code]) => code)).toEqual([3]);
});
