/*
 * What: when records go out and what a bulletin changes: newest first, then the oldest missing, freed only by a
 * bulletin, sent again when one takes its word back.
 * From where to where: firmware/node.ts over a fake board and a link that remembers.
 */
import { expect, test } from 'vitest';
import { waterPoint } from '../../firmware/kinds/water-point';
import { startNode } from '../../firmware/node';
import { createNobleEd25519 } from '../../hardware/virtual/ed25519-noble';
import { encodeBulletin, entryOf } from '../../shared/bulletin';
import { concat } from '../../shared/bytes';
import { BULLETIN_AAD, sigStructure } from '../../shared/cose';
import { decodeRecord, splitSigned, type UsageRecord } from '../../shared/record';
import { keyIdOf } from '../../shared/verify';
import {
  erasedPages,
  type FakeBoard,
  type FakeLink,
  fakeBoard,
  fakeLink,
  GATEWAY_SEED,
  gatewayKey,
  nodeKey,
  SLOT,
} from './fake-board';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function start(pages = erasedPages(4, 4096)): { board: FakeBoard; link: FakeLink } {
  const board = fakeBoard(pages);
  const link = fakeLink(board);
  startNode(board, link, waterPoint);
  return { board, link };
}

function recordOf(packet: Uint8Array): UsageRecord {
  const parts = splitSigned(packet);
  const record = typeof parts === 'string' ? parts : decodeRecord(parts.payload);
  if (typeof record === 'string' || record.kind === 3) throw new Error(String(record));
  return record;
}

/** [epoch, sequence, minute of uptime] of each packet from number `from` on. */
function sentBy(link: FakeLink, from = 0): number[][] {
  return link.sent.slice(from).map(({ packet, atMs }) => {
    const { epoch, sequence } = recordOf(packet);
    return [epoch, sequence, atMs / MINUTE_MS];
  });
}

/** A bulletin that says these sequences of an epoch are stored. */
function bulletin(sequence: number, epoch: number, stored: number[]): Uint8Array {
  const payload = encodeBulletin({
    gatewayKeyId: keyIdOf(gatewayKey),
    sequence,
    timeS: 1_790_000_000 + sequence,
    clockUncertainty: 1,
    group: SLOT >> 4,
    entries: [entryOf(SLOT & 15, keyIdOf(nodeKey), epoch, stored)],
  });
  const message = sigStructure(BULLETIN_AAD, payload);
  return concat([payload, createNobleEd25519().sign(GATEWAY_SEED, message)]);
}

test('a record goes out within 20 minutes of its hour, and again only after more than 70', () => {
  const { board, link } = start();
  board.runUntil(2 * HOUR_MS - MINUTE_MS);
  expect(sentBy(link).map(([epoch, sequence]) => [epoch, sequence])).toEqual([[1, 1]]);
  expect(link.sent[0].atMs).toBeGreaterThanOrEqual(HOUR_MS);
  expect(link.sent[0].atMs).toBeLessThanOrEqual(HOUR_MS + 21 * MINUTE_MS);
  board.runUntil(4 * HOUR_MS);
  const firsts = sentBy(link).filter(([, sequence]) => sequence === 1);
  expect(firsts[1][2] - firsts[0][2]).toBeGreaterThanOrEqual(70);
});

test('an acknowledgement frees nothing; a bulletin does', () => {
  const { board, link } = start();
  board.runUntil(HOUR_MS + 30 * MINUTE_MS);
  link.hear(bulletin(1, 1, [1]));
  board.runUntil(5 * HOUR_MS + 30 * MINUTE_MS);
  const ones = sentBy(link).filter(([, sequence]) => sequence === 1);
  expect(ones.length).toBe(1);
  const twos = sentBy(link).filter(([, sequence]) => sequence === 2);
  expect(twos.length).toBeGreaterThan(1);
});

test('a bulletin may take its word back; one that is old, forged or for another key may not', () => {
  const { board, link } = start();
  board.runUntil(3 * HOUR_MS + 30 * MINUTE_MS);
  link.hear(bulletin(10, 1, [1, 2, 3]));
  const sent = link.sent.length;
  const forged = bulletin(12, 1, []);
  forged[forged.length - 1] ^= 1;
  link.hear(forged);
  link.hear(bulletin(9, 1, []));
  link.hear(bulletin(10, 1, []));
  board.runUntil(3 * HOUR_MS + 59 * MINUTE_MS);
  expect(link.sent.length).toBe(sent);
  link.hear(bulletin(11, 1, [3]));
  board.runUntil(4 * HOUR_MS + 59 * MINUTE_MS);
  const again = sentBy(link, sent).map(([, sequence]) => sequence);
  expect(again).toContain(1);
  expect(again).toContain(2);
  expect(again).not.toContain(3);
});

test('after a NAK the waits grow, and never more than one packet goes out in a minute', () => {
  const { board, link } = start();
  link.outcome = 'nak';
  board.runUntil(12 * HOUR_MS);
  const minutes = sentBy(link).map(([, , minute]) => minute);
  expect(new Set(minutes).size).toBe(minutes.length);
  const ones = sentBy(link).filter(([, sequence]) => sequence === 1);
  const waits = ones.slice(1).map(([, , minute], i) => minute - ones[i][2]);
  expect(waits[0]).toBeLessThan(10);
  expect(waits.at(-1)).toBeGreaterThanOrEqual(70);
  expect(ones.length).toBeLessThan(16);
});

test('after an outage of a day older records go out at most every five minutes, the newest at once', () => {
  const { board, link } = start();
  link.send = () => false;
  board.runUntil(24 * HOUR_MS);
  const remembering = fakeLink(board);
  link.send = (packet, done) => {
    link.sent.push({ packet: packet.slice(), atMs: board.uptimeMs() });
    return remembering.send(packet, done);
  };
  board.runUntil(26 * HOUR_MS + 30 * MINUTE_MS);
  const sent = sentBy(link);
  expect(sent.length).toBeLessThanOrEqual(2.5 * 12 + 3);
  expect(sent.length).toBeGreaterThan(20);
  const hours = sent.filter(([, sequence]) => sequence > 24);
  expect(hours.map(([, sequence]) => sequence)).toEqual(expect.arrayContaining([25, 26]));
  for (const [, sequence, minute] of hours.slice(0, 2)) {
    expect(minute - sequence * 60).toBeLessThanOrEqual(21);
  }
});

test('the newest goes before the oldest that is missing', () => {
  const { board, link } = start();
  link.send = () => false;
  board.runUntil(4 * HOUR_MS + 30 * MINUTE_MS);
  const remembering = fakeLink(board);
  link.send = (packet, done) => {
    link.sent.push({ packet: packet.slice(), atMs: board.uptimeMs() });
    return remembering.send(packet, done);
  };
  board.runUntil(4 * HOUR_MS + 50 * MINUTE_MS);
  expect(sentBy(link).map(([, sequence]) => sequence)).toEqual([4, 1, 2, 3]);
});

test('a second boot is a new epoch that goes on with the counters, and resends byte for byte', () => {
  const pages = erasedPages(4, 4096);
  const first = start(pages);
  first.board.pulses = 100_000;
  first.board.runUntil(HOUR_MS + 30 * MINUTE_MS);
  const second = start(pages);
  second.board.pulses = 7;
  second.board.runUntil(4 * HOUR_MS);
  const old = second.link.sent.find(({ packet }) => recordOf(packet).epoch === 1);
  expect(old?.packet).toEqual(first.link.sent[0].packet);
  const fresh = second.link.sent.map(({ packet }) => recordOf(packet)).find((r) => r.epoch === 2);
  expect(fresh?.sequence).toBe(1);
  expect(fresh?.counters).toEqual([Math.floor((100_007 * 2222) / 100_000), 2]);
  expect((fresh?.status ?? 0) & (1 << 18)).toBe(1 << 18);
});

test('without a signer it says so, counts and saves, and sends nothing', () => {
  const pages = erasedPages(4, 4096);
  const board = fakeBoard(pages);
  board.signer = null;
  const link = fakeLink(board);
  startNode(board, link, waterPoint);
  board.pulses = 1000;
  board.runUntil(3 * HOUR_MS);
  expect(board.said.join()).toContain('no signer');
  expect(link.sent).toEqual([]);
  const next = start(pages);
  next.board.runUntil(HOUR_MS + 30 * MINUTE_MS);
  expect(recordOf(next.link.sent[0].packet).counters).toEqual([22, 1]);
});

test('a board without config or journal says so and stays quiet', () => {
  for (const board of [fakeBoard([]), { ...fakeBoard(erasedPages(4, 4096)), config: null }]) {
    const link = fakeLink(board);
    startNode(board, link, waterPoint);
    board.runUntil(2 * HOUR_MS);
    expect(board.said.length).toBe(1);
    expect(link.sent).toEqual([]);
  }
});
