/*
 * The bar: the broker is away for 24 hours of a parent's clock, then back. Real Mosquitto with a reader's persistent
 * session, the real gateway as a process, a radio behind TCP; the gateway is restarted and killed while the broker is
 * away, and killed again while it tells. Every record is told at least once, in order of acceptance per site, repeats
 * identical, and what is told late is historical.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { freePort, type Printed, startMosquitto, subscribe, tool } from '../mqtt/tools';
import { bundleForNode } from './support/bundle';
import { BOOT_S, happening, packetOf, type TestNode, testNode, usage } from './support/nodes';
import { type OracleRadio, startOracleRadio } from './support/oracle-radio';
import { registerFile, testFolder, until } from './support/places';

const HOUR_S = 3600;
const STEP_S = 600;
const SITES = [1, 2, 3, 4, 5];
/** Hours before the broker goes; after it is back. */
const [HOURS_BEFORE, HOURS_AWAY, HOURS_AFTER] = [3, 24, 3];
const AWAY_FROM_S = BOOT_S + HOURS_BEFORE * HOUR_S + 1_200;
const BACK_S = AWAY_FROM_S + HOURS_AWAY * HOUR_S;
/**
 * The gateway's clock when the broker returns. A record may be received a minute after it was sent, and each step takes ten: here
 * none is within minutes of two hours, where its mark changes.
 */
const BACK_BY_CLOCK_S = BACK_S - 240;

interface Gateway {
  process: ChildProcess;
  exit: Promise<unknown>;
  url: string;
  barrier(timeS: number): Promise<{ session: string }>;
}

async function startGateway(script: string, args: string[], radio: OracleRadio): Promise<Gateway> {
  const child = fork(script, ['gateway', ...args], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = new Promise((resolve) => child.on('exit', resolve));
  // biome-ignore lint/suspicious/noExplicitAny: messages of the gateway's channel to its parent
  const heard: any[] = [];
  child.on('message', (message) => heard.push(message));
  await until(() => heard.some(({ type }) => type === 'ready'));
  let last = 0;
  const barrier = async (timeS: number) => {
    last += 1;
    const id = last;
    child.send({ type: 'barrier', id, timeMs: timeS * 1000, radioBytes: radio.bytesWritten() });
    await until(() => heard.some((message) => message.type === 'barrier' && message.id === id));
    return heard.find((message) => message.id === id);
  };
  const { httpUrl } = heard.find(({ type }) => type === 'ready');
  return { process: child, exit, url: httpUrl, barrier };
}

async function meet(gateway: Gateway, timeS: number): Promise<void> {
  await until(async () => (await gateway.barrier(timeS)).session === 'ready');
}

// biome-ignore lint/suspicious/noExplicitAny: the status is JSON
async function status(gateway: Gateway): Promise<any> {
  return (await fetch(new URL('/api/v1/status', gateway.url))).json();
}

/** What was sent: site's node, sequence, and when the gateway heard it first. */
interface Sent {
  key: string;
  sequence: number;
  atS: number;
  /** Late on arrival already. */
  lateItself: boolean;
}

/**
 * Sends what is due in this step: each node hourly, at its own ten minutes. Node 3 is silent from hour 8 to 14 and then
 * sends the newest first, what it missed afterwards, two at a time. Node 4 presses its button now and then.
 */
function createVillage(radio: OracleRadio) {
  const sent: Sent[] = [];
  const missed: number[] = [];
  const say = (
    node: TestNode,
    sequence: number,
    packet: Uint8Array,
    atS: number,
    late: boolean,
  ) => {
    radio.hear({ payload: packet });
    sent.push({ key: Buffer.from(node.keyId).toString('hex'), sequence, atS, lateItself: late });
  };
  return {
    sent,
    step(atS: number) {
      const hour = Math.floor((atS - BOOT_S) / HOUR_S);
      const slot = ((atS - BOOT_S) % HOUR_S) / STEP_S;
      for (const number of SITES) {
        if (hour < 1 || slot !== number) continue;
        const node = testNode(number);
        const isSilent = number === 3 && hour >= 8 && hour < 14;
        if (isSilent) {
          missed.push(hour);
          continue;
        }
        const kind = number === SITES.length ? 2 : 1;
        const isEvent = number === 4 && hour % 5 === 0;
        const record = isEvent ? happening(node, hour) : usage(node, hour, { kind });
        say(node, hour, packetOf(node, record), atS, false);
        if (number !== 3) continue;
        for (const late of missed.splice(0, 2)) {
          say(node, late, packetOf(node, usage(node, late)), atS, true);
        }
      }
    },
  };
}

type Village = ReturnType<typeof createVillage>;

/** Lets the village live up to a time. */
async function live(gateway: Gateway, village: Village, fromS: number, toS: number): Promise<void> {
  for (let atS = fromS; atS < toS; atS += STEP_S) {
    await gateway.barrier(atS);
    village.step(atS);
    await gateway.barrier(atS + 60);
  }
}

/** What was told of a site's record, when. */
function toldRecords(printed: Printed[]): { site: string; name: string; text: string }[] {
  return printed
    .filter(({ topic }) => topic.includes('/record/'))
    .map(({ payload }) => ({
      site: payload.site,
      name: `${payload.key}/${payload.epoch}/${payload.seq}`,
      text: JSON.stringify(payload),
    }));
}

function nameOf({ key, sequence }: Sent): string {
  return `${key}/1/${sequence}`;
}

/** What each record was told as, all repeats the same. */
function checkRepeats(printed: Printed[]): Map<string, { site: string; historical: boolean }> {
  const texts = new Map<string, string>();
  const told = new Map<string, { site: string; historical: boolean }>();
  for (const { site, name, text } of toldRecords(printed)) {
    expect(texts.get(name) ?? text).toBe(text);
    texts.set(name, text);
    if (!told.has(name)) told.set(name, { site, historical: JSON.parse(text).historical });
  }
  return told;
}

/** The order in which each site's records were told first is that in which they were accepted. */
function checkOrder(told: Map<string, { site: string }>, sent: Sent[]): void {
  const bySite = new Map<string, string[]>();
  for (const [name, { site }] of told) bySite.set(site, [...(bySite.get(site) ?? []), name]);
  expect(bySite.size).toBe(SITES.length);
  for (const names of bySite.values()) {
    const key = names[0].split('/')[0];
    expect(names).toEqual(sent.filter((one) => one.key === key).map(nameOf));
  }
}

/** Late itself, or not told within two hours because the broker was away. */
function mustBeHistorical({ atS, lateItself }: Sent): boolean {
  const isWaiting = atS >= AWAY_FROM_S && BACK_S - atS > 2 * HOUR_S;
  return lateItself || isWaiting;
}

/** Everything the test has at hand. */
interface Scene {
  radio: OracleRadio;
  village: Village;
  /** What the reader has got so far. */
  printed: Printed[];
  start(): Promise<Gateway>;
}

async function kill(gateway: Gateway): Promise<void> {
  gateway.process.kill('SIGKILL');
  await gateway.exit;
}

async function allTold(gateway: Gateway): Promise<void> {
  await until(async () => (await status(gateway)).outbox.waiting === 0);
}

/** The 24 hours without broker: the gateway is restarted after 8 of them, and killed after 16. */
async function liveWithoutBroker(scene: Scene, first: Gateway): Promise<Gateway> {
  const { village, start } = scene;
  const [restartS, killS] = [AWAY_FROM_S + 8 * HOUR_S, AWAY_FROM_S + 16 * HOUR_S];
  await live(first, village, AWAY_FROM_S, restartS);
  first.process.send({ type: 'stop' });
  await first.exit;
  const second = await start();
  await meet(second, restartS);
  await live(second, village, restartS, killS);
  await kill(second);
  const third = await start();
  await meet(third, killS);
  await live(third, village, killS, BACK_S);
  await meet(third, BACK_BY_CLOCK_S);
  return third;
}

/** Killed in the midst of telling, and again when all was told: five hours later it tells the last ones again. */
async function tellThroughKills(scene: Scene, first: Gateway, toldBefore: number): Promise<void> {
  const { village, printed, start } = scene;
  await until(() => toldRecords(printed).length > toldBefore + 20);
  await kill(first);
  const second = await start();
  await meet(second, BACK_S);
  await allTold(second);
  await kill(second);
  const third = await start();
  const laterS = BACK_S + 5 * HOUR_S;
  await meet(third, laterS);
  await live(third, village, laterS, laterS + HOURS_AFTER * HOUR_S);
  await allTold(third);
}

async function endBroker(broker: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => broker.on('exit', resolve));
  broker.kill('SIGTERM');
  await ended;
}

test('the broker is away for 24 hours: everything is told, in order, the same each time, and marked', {
  timeout: 240_000,
}, async () => {
  const [sub, mosquitto] = [tool('mosquitto_sub'), tool('mosquitto')];
  if (sub === null || mosquitto === null) return;
  const [folder, brokerFolder, port] = [testFolder(), testFolder(), await freePort()];
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const village = createVillage(radio);
  const script = await bundleForNode('gateway-process');
  const args = ['--data', folder, '--radio', radio.url, '--register', registerFile(folder, SITES)];
  args.push('--clock', 'parent', '--http-port', '0', '--mqtt', `mqtt://127.0.0.1:${port}`);
  const broker = await startMosquitto(mosquitto, brokerFolder, port);
  // It connects again by itself; the broker keeps its session.
  const printed = subscribe(sub, port, ['-c', '-i', 'reader', '-t', 'tallywell/testpod/#']);
  const scene: Scene = { radio, village, printed, start: () => startGateway(script, args, radio) };

  const first = await scene.start();
  await meet(first, BOOT_S + STEP_S);
  await until(() => printed.some(({ topic }) => topic.endsWith('bridge/state')));
  await live(first, village, BOOT_S + 2 * STEP_S, AWAY_FROM_S);
  await allTold(first);
  const toldBefore = village.sent.length;
  await until(() => toldRecords(printed).length >= toldBefore);
  await endBroker(broker);
  await until(async () => !(await status(first)).outbox.connected);

  const gateway = await liveWithoutBroker(scene, first);
  const waiting = village.sent.length - toldBefore;
  const problem = expect.stringMatching(/is the broker running/);
  expect((await status(gateway)).outbox).toMatchObject({ waiting, problem });
  await startMosquitto(mosquitto, brokerFolder, port);
  await tellThroughKills(scene, gateway, toldBefore);

  const names = village.sent.map(nameOf);
  await until(() => new Set(toldRecords(printed).map(({ name }) => name)).size === names.length);
  const told = checkRepeats(printed);
  expect([...told.keys()].sort()).toEqual(names.toSorted());
  checkOrder(told, village.sent);
  const marked = village.sent.map((one) => [nameOf(one), told.get(nameOf(one))?.historical]);
  expect(marked).toEqual(village.sent.map((one) => [nameOf(one), mustBeHistorical(one)]));
  const repeats = toldRecords(printed).length - told.size;
  const historical = [...told.values()].filter((one) => one.historical).length;
  console.log(`${told.size} records, ${historical} historical, ${repeats} repeats, all identical`);
  expect(repeats).toBeGreaterThan(0);
});
