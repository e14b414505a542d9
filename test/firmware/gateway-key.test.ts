/*
 * A new gateway key: taken only under the recovery key, only once, kept through power cuts at any byte.
 * From where to where: announcements and bulletins -> firmware/node.ts with its gateway-key part over a fake board.
 */
import { expect, test } from 'vitest';
import { waterPoint } from '../../firmware/kinds/water-point';
import { startNode } from '../../firmware/node';
import type { Node } from '../../firmware/node-parts';
import { hearBulletin } from '../../firmware/send/bulletins';
import { hearGatewayKey, startGatewayKey } from '../../firmware/send/gateway-key';
import { makeGatewayKeyNotice } from '../../gateway/core/gateway-key-notice';
import { createNobleEd25519 } from '../../hardware/virtual/ed25519-noble';
import { encodeBulletin } from '../../shared/bulletin';
import { concat, toHex } from '../../shared/bytes';
import { BULLETIN_AAD, sigStructure } from '../../shared/cose';
import { keyIdOf } from '../../shared/verify';
import { erasedPages, fakeBoard, fakeLink, GATEWAY_SEED, POWER_CUT, SLOT } from './fake-board';

const ed25519 = createNobleEd25519();
const RECOVERY_SEED = new Uint8Array(32).fill(0x52);
const NEW_SEED = new Uint8Array(32).fill(0x4e);
const NEWER_SEED = new Uint8Array(32).fill(0x4f);
const NOW_S = 1_790_000_000;
const start = (pages: Uint8Array[], recoveryKey?: string) => {
  const board = fakeBoard(pages);
  if (board.config) board.config.recoveryKey = recoveryKey;
  const link = fakeLink(board);
  const nodes: Node[] = [];
  startNode(board, link, waterPoint, (node) => {
    nodes.push(node);
    startGatewayKey(node);
  });
  board.runUntil(10_000);
  return { board, link, node: nodes[0] };
};
const RECOVERY_KEY = toHex(ed25519.publicKey(RECOVERY_SEED));

function notice(sequence: number, seed: Uint8Array, validFromS = 0, signer = RECOVERY_SEED) {
  const publicKey = ed25519.publicKey(seed);
  return makeGatewayKeyNotice({ sequence, validFromS, publicKey }, (message) =>
    ed25519.sign(signer, message),
  );
}

function bulletin(seed: Uint8Array, sequence: number): Uint8Array {
  const payload = encodeBulletin({
    gatewayKeyId: keyIdOf(ed25519.publicKey(seed)),
    sequence,
    timeS: NOW_S,
    clockUncertainty: 1,
    group: SLOT >> 4,
    entries: [],
  });
  return concat([payload, ed25519.sign(seed, sigStructure(BULLETIN_AAD, payload))]);
}

test('before it the old key is believed, after it only the new one, whatever number its bulletins have', () => {
  const { node, link } = start(erasedPages(4, 4096), RECOVERY_KEY);
  expect(hearBulletin(node, bulletin(NEW_SEED, 5), 1)).toBe('bad-signature');
  link.hear(bulletin(GATEWAY_SEED, 900));
  expect(node.bulletinSequence).toBe(900);
  link.hear(notice(1, NEW_SEED));
  expect(hearBulletin(node, bulletin(GATEWAY_SEED, 901), 1)).toBe('bad-signature');
  link.hear(bulletin(NEW_SEED, 3));
  expect(node.bulletinSequence).toBe(3);
});

test('a replay, an older number, a stranger and a node without recovery key refuse it', () => {
  const { node } = start(erasedPages(4, 4096), RECOVERY_KEY);
  expect(hearGatewayKey(node, notice(2, NEW_SEED, 0, GATEWAY_SEED))).toBe('bad-signature');
  expect(hearGatewayKey(node, notice(2, NEW_SEED))).toBe(null);
  expect(hearGatewayKey(node, notice(2, NEW_SEED))).toBe('replayed');
  expect(hearGatewayKey(node, notice(2, NEWER_SEED))).toBe('replayed');
  expect(hearGatewayKey(node, notice(1, NEWER_SEED))).toBe('replayed');
  expect(hearGatewayKey(node, notice(3, NEWER_SEED))).toBe(null);
  expect(toHex(node.gatewayKey)).toBe(toHex(ed25519.publicKey(NEWER_SEED)));
  for (const bad of [new Uint8Array([0x84]), notice(9, NEW_SEED).slice(0, 90)]) {
    expect(typeof hearGatewayKey(node, bad)).toBe('string');
  }
  const without = start(erasedPages(4, 4096));
  expect(hearGatewayKey(without.node, notice(2, NEW_SEED))).toBe('unknown-key');
});

test('a key of later is refused by a node that knows the time, and taken when its time has come', () => {
  const { node, link, board } = start(erasedPages(4, 4096), RECOVERY_KEY);
  link.hear(bulletin(GATEWAY_SEED, 1));
  expect(hearGatewayKey(node, notice(1, NEW_SEED, NOW_S + 3600))).toBe('not-yet-valid');
  expect(hearBulletin(node, bulletin(GATEWAY_SEED, 2), 1)).toBe(null);
  board.runUntil(2 * 3_600_000);
  expect(hearGatewayKey(node, notice(1, NEW_SEED, NOW_S + 3600))).toBe(null);
});

test('it outlives boots, and turns of the journal', () => {
  const pages = erasedPages(2, 4096);
  const first = start(pages, RECOVERY_KEY);
  first.link.hear(bulletin(GATEWAY_SEED, 900));
  first.link.hear(notice(4, NEW_SEED));
  first.board.runUntil(80 * 3_600_000);
  const second = start(pages, RECOVERY_KEY);
  expect(toHex(second.node.gatewayKey)).toBe(toHex(ed25519.publicKey(NEW_SEED)));
  expect(hearGatewayKey(second.node, notice(4, NEWER_SEED))).toBe('replayed');
  expect(hearBulletin(second.node, bulletin(NEW_SEED, 1), 1)).toBe(null);
});

test('the power may go at any byte while it is kept: then the old or the new key holds, and it can be told again', () => {
  for (let bytes = 0; bytes < 70; bytes++) {
    const pages = erasedPages(3, 4096);
    const first = start(pages, RECOVERY_KEY);
    first.board.bytesUntilCut = bytes;
    try {
      first.link.hear(notice(1, NEW_SEED));
    } catch (error) {
      expect(error instanceof Error && error.message).toBe(POWER_CUT);
    }
    const second = start(pages, RECOVERY_KEY);
    const isNew = toHex(second.node.gatewayKey) === toHex(ed25519.publicKey(NEW_SEED));
    const believed = hearBulletin(second.node, bulletin(isNew ? NEW_SEED : GATEWAY_SEED, 1), 1);
    expect(believed).toBe(null);
    expect(hearGatewayKey(second.node, notice(1, NEW_SEED))).toBe(isNew ? 'replayed' : null);
    const third = start(pages, RECOVERY_KEY);
    expect(toHex(third.node.gatewayKey)).toBe(toHex(ed25519.publicKey(NEW_SEED)));
  }
});
