/*
 * undo-contents.test.ts: undo after each step, by contents: what comes back, and what must never move. The boards are looked at
 * from outside, in the model's flash: the page of the key, the bytes of the journal. (Radios: radio/set-up.test.ts.)
 */
import { expect, onTestFinished, test } from 'vitest';
import { XIAO_KEY_ADDRESS } from '../../../firmware/node-limits';
import { startGateway } from '../../../gateway/gateway';
import { verifyLog } from '../../../scripts/technician/bench-folder';
import type { BoardSession } from '../../../scripts/technician/board/board-session';
import { openBoard } from '../../../scripts/technician/board/espruino-board';
import { flash } from '../../../scripts/technician/board/flash';
import { readProgramFiles } from '../../../scripts/technician/board/program-files';
import { undoBoard, undoRetire } from '../../../scripts/technician/board/undo-board';
import { calibrate } from '../../../scripts/technician/calibrate';
import { provision } from '../../../scripts/technician/provision';
import { register } from '../../../scripts/technician/register';
import { replaceNode, retireNode } from '../../../scripts/technician/replace';
import { readSites, siteOf } from '../../../scripts/technician/sites';
import { putToken } from '../../gateway/support/accounts-kit';
import { startOracleRadio } from '../../gateway/support/oracle-radio';
import { testFolder, until } from '../../gateway/support/places';
import { storageOf } from './board/board-kit';
import { boardWith, doorsOf, readyBench, type TestBoard } from './support/bench-kit';

const WELL = { site: 'well-1', profile: 'water-point-xiao', pulseUl: 2000 };
const METER_PIN = 0;
const PAGE_BYTES = 4096;

interface Node {
  board: TestBoard;
  session: BoardSession;
}

async function nodeOf(seed: number): Promise<Node> {
  const board = await boardWith('xiao', 'water-point-xiao', seed);
  const session = await openBoard(board.url);
  onTestFinished(() => session.close());
  return { board, session };
}

/** The page of flash that holds the key. */
function keyPageOf({ board }: Node): Buffer {
  const { globals } = board.model.options.board;
  const { require } = globals as { require(name: string): { read(n: number, at: number): object } };
  return Buffer.from(require('Flash').read(PAGE_BYTES, XIAO_KEY_ADDRESS) as Uint8Array);
}

/** What no undo may touch, and what the node says of it. */
async function untouchables(node: Node) {
  const { board, session } = node;
  const key = keyPageOf(node);
  const journal = storageOf(board.model).get('journal') ?? Buffer.alloc(0);
  const { epoch, counters } = await session.node('counters');
  return { key, journal, epoch: Number(epoch), counters };
}

type Untouchables = Awaited<ReturnType<typeof untouchables>>;

/** The key is the same; no byte that was written in the journal is another; the epoch only rises; counters never fall. */
function expectUntouched(before: Untouchables, after: Untouchables): void {
  expect(after.key.equals(before.key)).toBe(true);
  expect(before.key.subarray(0, 4).toString()).toBe('TWK1');
  expect(after.journal).toHaveLength(before.journal.length);
  const written = [...before.journal].flatMap((byte, at) => (byte === 0xff ? [] : [at]));
  expect(written.length).toBeGreaterThan(0);
  expect(written.filter((at) => after.journal[at] !== before.journal[at])).toEqual([]);
  expect(after.epoch).toBeGreaterThanOrEqual(before.epoch);
  expect(after.counters).toEqual(before.counters);
}

/** Files that undo puts back: all but the log of starts and the journal, which only grow. */
function contentsOf({ board }: Node) {
  const files = storageOf(board.model);
  files.delete('tw.boots');
  files.delete('journal');
  return files;
}

const sitesOf = (bench: { folder: string }) => readSites(bench.folder).sites;

test('calibrate: the node and the bench have the old calibration again, so the gateway is never told the wrong one', async () => {
  const bench = readyBench();
  const node = await nodeOf(801);
  await provision(doorsOf(bench), node.session, WELL);
  const [files, sites] = [contentsOf(node), sitesOf(bench)];
  const person = {
    poured: async () => void node.board.model.options.board.addPulses(METER_PIN, 450),
  };
  const pours = { volumeMl: 1000, pours: 2 };
  expect((await calibrate(doorsOf(bench), node.session, person, pours)).pulseUl).toBe(2222);
  expect(siteOf(bench.folder, 'well-1').nodes).toMatchObject([{ calibration: { id: 2 } }]);
  const before = await untouchables(node);
  const undone = await undoBoard(doorsOf(bench), node.session);
  expect(undone).toMatchObject({ act: 'provision', restored: ['tw.cfg'], sites: ['well-1'] });
  expectUntouched(before, await untouchables(node));
  expect(contentsOf(node)).toEqual(files);
  expect(sitesOf(bench)).toEqual(sites);
}, 60_000);

test('flash and provision of a node that counted: each goes back by itself, key, journal, epoch and counters do not', async () => {
  const bench = readyBench();
  const node = await nodeOf(802);
  await provision(doorsOf(bench), node.session, WELL);
  node.board.model.options.board.addPulses(METER_PIN, 123);
  await node.session.restart();
  const files = contentsOf(node);
  await flash(doorsOf(bench), node.session, { built: readProgramFiles('canteen-xiao') });
  const before = await untouchables(node);
  await undoBoard(doorsOf(bench), node.session);
  expectUntouched(before, await untouchables(node));
  expect(contentsOf(node)).toEqual(files);
  const sites = sitesOf(bench);
  await provision(doorsOf(bench), node.session, { ...WELL, pulseUl: 2500, name: 'Puits' });
  const provisioned = await untouchables(node);
  await undoBoard(doorsOf(bench), node.session);
  expectUntouched(provisioned, await untouchables(node));
  expect(contentsOf(node)).toEqual(files);
  expect(sitesOf(bench)).toEqual(sites);
}, 60_000);

test('replace and retire: the site has its old node again, and the gateway takes it', async () => {
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const options = { dataDir: folder, radios: [radio.url], mqttPort: 0, httpPort: 0, pod: 'hill' };
  const gateway = await startGateway({ ...options, clock: 'machine', log: () => {} });
  onTestFinished(() => gateway.stop());
  await until(() => gateway.status().radio.session === 'ready');
  const bench = readyBench({ pod: 'hill', gatewayUrl: gateway.httpUrl });
  const to = { token: putToken(folder, 'bench', 'technician') };
  const slots = async () => {
    const answer = await fetch(new URL('/api/v1/pod', gateway.httpUrl));
    return ((await answer.json()) as { slots: number[] }).slots;
  };
  const [old, fresh] = [await nodeOf(803), await nodeOf(804)];
  const { publicKey } = await provision(doorsOf(bench), old.session, WELL);
  await register(doorsOf(bench), to);

  await replaceNode(doorsOf(bench), fresh.session, { site: 'well-1', profile: WELL.profile });
  await register(doorsOf(bench), to);
  const before = await untouchables(fresh);
  const undone = await undoBoard(doorsOf(bench), fresh.session);
  expect(undone).toMatchObject({ erased: ['tw.cfg'], sites: ['well-1'] });
  expect(keyPageOf(fresh).equals(before.key)).toBe(true);
  const { nodes } = siteOf(bench.folder, 'well-1');
  expect(nodes.map((one) => [one.publicKey === publicKey, one.retiredAt === null])).toEqual([
    [true, true],
    [false, false],
  ]);
  expect((await register(doorsOf(bench), to)).changed).toEqual(['well-1']);
  expect(await slots()).toEqual([0]);

  const sites = sitesOf(bench);
  await retireNode(doorsOf(bench), { site: 'well-1' });
  await register(doorsOf(bench), to);
  expect(await slots()).toEqual([]);
  const back = await undoRetire(doorsOf(bench), { site: 'well-1' });
  expect(back).toMatchObject({ act: 'retire', sites: ['well-1'], restored: [], erased: [] });
  expect(sitesOf(bench)).toEqual(sites);
  await register(doorsOf(bench), to);
  expect(await slots()).toEqual([0]);
  await expect(undoRetire(doorsOf(bench), { site: 'well-1' })).rejects.toMatchObject({
    code: 'board-needed',
  });
}, 60_000);

test('a technician starts a node as often as it takes: that alone never brings safe mode', async () => {
  const { session } = await nodeOf(806);
  await provision(doorsOf(readyBench()), session, WELL);
  for (let start = 0; start < 5; start++) await session.restart();
  expect(await session.node('id')).toMatchObject({ site: 'well-1' });
}, 60_000);

test('retire with the board plugged in: nothing on it changes; then the act before it is next', async () => {
  const bench = readyBench();
  const node = await nodeOf(805);
  await provision(doorsOf(bench), node.session, WELL);
  const [files, sites] = [contentsOf(node), sitesOf(bench)];
  await retireNode(doorsOf(bench), { site: 'well-1' });
  const before = await untouchables(node);
  expect(await undoBoard(doorsOf(bench), node.session)).toMatchObject({ act: 'retire' });
  const after = await untouchables(node);
  expect(after.journal.equals(before.journal)).toBe(true);
  expectUntouched(before, after);
  expect(contentsOf(node)).toEqual(files);
  expect(sitesOf(bench)).toEqual(sites);
  expect(await undoBoard(doorsOf(bench), node.session)).toMatchObject({ act: 'provision' });
  expect(siteOf(bench.folder, 'well-1').nodes).toMatchObject([{ retiredAt: expect.any(Number) }]);
  await expect(undoBoard(doorsOf(bench), node.session)).rejects.toMatchObject({
    code: 'nothing-to-undo',
  });
  await expect(undoRetire(doorsOf(bench), { site: 'nowhere' })).rejects.toMatchObject({
    code: 'no-site',
  });
  expect(verifyLog(bench.folder).lines.filter(({ act }) => act === 'undo')).toHaveLength(4);
}, 60_000);
