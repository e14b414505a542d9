/*
 * Several radios of one pod over real sockets, each speaking through the official definitions: one custody, bulletins over
 * every radio, a radio that is full, that used up its hour, that restarts, whose GPS knows the time. Time moves by hand.
 */
import { expect, onTestFinished, test } from 'vitest';
import { parentClock } from '../../gateway/edges/clock';
import type { OpenTransport } from '../../gateway/edges/transport';
import { createEngine } from '../../gateway/engine';
import { startGateway } from '../../gateway/gateway';
import { openBase } from '../../gateway/opening';
import type { GatewayOptions } from '../../gateway/options';
import { BOOT_S, packetOf, testNode, usage } from './support/nodes';
import { type OracleRadio, startOracleRadio } from './support/oracle-radio';
import { registerFile, testFolder, until } from './support/places';

const NODE = testNode(1);
const OTHER_NUMBER = 0x55667788;
const START_S = BOOT_S + 5 * 3600 + 600;

async function oracle(settings?: Parameters<typeof startOracleRadio>[0]): Promise<OracleRadio> {
  const radio = await startOracleRadio(settings);
  onTestFinished(() => radio.close());
  return radio;
}

function optionsFor(folder: string, radios: OracleRadio[]): GatewayOptions {
  return {
    dataDir: folder,
    radios: radios.map(({ url }) => url),
    registerFile: registerFile(folder, [1, 2]),
    holdBackMs: 0,
    mqttPort: 0,
    httpPort: 0,
    log: () => {},
  };
}

/** A transport whose bytes are counted, of its newest connection. */
function counted(open: OpenTransport) {
  const bytes = { written: 0, received: 0 };
  const counting: OpenTransport = (events) => {
    const connection = open({
      ...events,
      opened() {
        Object.assign(bytes, { written: 0, received: 0 });
        events.opened();
      },
      received(chunk) {
        bytes.received += chunk.length;
        events.received(chunk);
      },
    });
    const write = (chunk: Uint8Array) => {
      bytes.written += chunk.length;
      connection.write(chunk);
    };
    return { ...connection, write };
  };
  return { bytes, open: counting };
}

/** The engine over these radios, with a clock this test moves. */
async function world(radios: OracleRadio[], vouched = true) {
  const clock = parentClock();
  let timeS = START_S;
  const set = () => {
    clock.set({ timeMs: timeS * 1000, isVouched: vouched });
    clock.runDue();
  };
  set();
  const options = optionsFor(testFolder(), radios);
  const opened = openBase(options, clock);
  const lines = opened.radios.map(({ open }) => counted(open));
  const base = {
    ...opened,
    radios: opened.radios.map(({ name }, at) => ({ name, open: lines[at].open })),
  };
  const engine = createEngine(options, base, clock);
  // Everything written has arrived, in both directions.
  const isQuiet = () =>
    lines.every(
      ({ bytes }, at) =>
        bytes.written === radios[at].bytesRead() && bytes.received === radios[at].bytesWritten(),
    );
  engine.begin({
    ...{ afterCommit() {}, tellAll() {}, tellHealth() {}, tellByTime() {} },
    ...{ lag: () => 0, drain: async () => true, goodbye: async () => {} },
  });
  onTestFinished(() => {
    engine.end();
    reader.close();
    base.store.close();
  });
  const views = () => engine.radios.views();
  const known = ({ session, queueFree }: ReturnType<typeof views>[0]) =>
    session === 'ready' && queueFree !== null;
  await until(() => views().every(known));
  const reader = base.store.openReader();
  const stored = () => {
    // A commit waits for the clock, which stands still.
    clock.runDue();
    return reader.prepare('SELECT count(*) FROM record').pluck().get();
  };
  return {
    ...{ engine, views, stored, clock, options },
    /** Lets time pass in steps of 5 s, and the radios answer in between. */
    async move(seconds: number) {
      for (let at = 0; at < seconds; at += 5) {
        timeS += 5;
        set();
        await until(isQuiet);
      }
    },
    counts: () => engine.bulletinCounts,
    refused: (reason: string) => base.store.uncommittedCounts().get(reason) ?? 0,
  };
}

/** A node without clock is heard: its group's bulletin is due a minute later. */
function askForBulletin(radio: OracleRadio, sequence: number): void {
  radio.hear({ payload: packetOf(NODE, usage(NODE, sequence, { timeS: 0 })) });
}

test('what two radios hear is stored once, and a bulletin goes out over both, the same bytes', async () => {
  const [hill, valley] = [await oracle(), await oracle({ number: OTHER_NUMBER })];
  const { engine, move, stored, views, counts } = await world([hill, valley]);
  askForBulletin(hill, 1);
  askForBulletin(valley, 1);
  valley.hear({ payload: packetOf(NODE, usage(NODE, 2, { timeS: 0 })) });
  await until(() => stored() === 2);
  expect(views().map(({ packets }) => packets)).toEqual([1, 2]);
  await move(70);
  await until(() => hill.broadcasts().length === 1 && valley.broadcasts().length === 1);
  expect(hill.broadcasts()).toEqual(valley.broadcasts());
  await until(() => counts().sent === 1);
  // Each hears the other's bulletin over the air: nothing to judge, nothing to refuse.
  valley.hear({ payload: hill.broadcasts()[0], from: 0x11223344 });
  hill.hear({ payload: packetOf(NODE, usage(NODE, 3)) });
  valley.hear({ payload: packetOf(NODE, usage(NODE, 4)) });
  await until(() => stored() === 4);
  expect(views().map(({ packets }) => packets)).toEqual([2, 4]);
  expect(engine.radios.session()).toBe('ready');
  await move(70);
  expect(views().map(({ sent }) => sent)).toEqual([{ queued: 1 }, { queued: 1 }]);
  expect(views().map(({ myNodeNum }) => myNodeNum)).toEqual([0x11223344, OTHER_NUMBER]);
});

test("one radio's bulletin heard by the other is not counted as refused", async () => {
  const [hill, valley] = [await oracle(), await oracle({ number: OTHER_NUMBER })];
  const { move, stored, refused } = await world([hill, valley]);
  askForBulletin(hill, 1);
  await until(() => stored() === 1);
  await move(70);
  await until(() => hill.broadcasts().length === 1);
  valley.hear({ payload: hill.broadcasts()[0], from: 0x11223344 });
  // A stranger's broadcast on our port is.
  valley.hear({ payload: new Uint8Array(3) });
  await until(() => refused('too-short') === 1);
  expect(['malformed', 'unknown-key', 'bad-signature', 'too-long'].map(refused)).toEqual([
    0, 0, 0, 0,
  ]);
});

test('a radio that is full gets the bulletin when it has room; one that stays full keeps nobody waiting', async () => {
  const [hill, valley] = [await oracle(), await oracle({ number: OTHER_NUMBER })];
  const { move, stored, views, counts } = await world([hill, valley]);
  valley.setRoom({ res: 32, free: 10 });
  askForBulletin(hill, 1);
  await until(() => stored() === 1);
  await move(65);
  await until(() => hill.broadcasts().length === 1 && valley.packets().length === 1);
  expect(valley.broadcasts()).toEqual([]);
  await until(() => counts().sent === 1);
  valley.setRoom({});
  await move(15);
  await until(() => valley.broadcasts().length === 1);
  expect(valley.broadcasts()).toEqual(hill.broadcasts());
  // Another id: a radio drops a packet whose id it knows.
  expect(new Set(valley.packets().map(({ id }) => id)).size).toBe(2);
  await move(70);
  expect(views()[1].sent).toEqual({ refused_32: 1, queued: 1 });
  expect(counts()).toEqual({ sent: 1, refused: 0 });
});

test('a radio whose hour is used up waits as long as it says, is shown so, and then gets a fresh bulletin', async () => {
  const radio = await oracle();
  const { move, stored, views, counts, clock } = await world([radio]);
  radio.setRoom({ res: 9, free: 16 });
  askForBulletin(radio, 1);
  await until(() => stored() === 1);
  await move(65);
  await until(() => views()[0].blockedUntil !== null);
  const blockedS = (views()[0].blockedUntil ?? 0) - Math.floor(clock.nowMs() / 1000);
  expect(blockedS).toBeGreaterThan(36 * 60);
  expect(blockedS).toBeLessThanOrEqual(37 * 60);
  expect(counts()).toEqual({ sent: 0, refused: 1 });
  radio.setRoom({});
  await move(30 * 60);
  expect(radio.packets().length).toBe(1);
  await move(8 * 60);
  await until(() => radio.broadcasts().length === 1);
  expect(views()[0]).toMatchObject({ blockedUntil: null, sent: { nak_DUTY_CYCLE_LIMIT: 1 } });
});

test('a radio without an answer, and one without room: the bulletin is made again until one takes it', async () => {
  const radio = await oracle();
  const { move, stored, views, counts } = await world([radio]);
  radio.setRoom({ isSilent: true });
  askForBulletin(radio, 1);
  await until(() => stored() === 1);
  await move(80);
  expect(radio.broadcasts().length).toBe(1);
  expect(counts()).toEqual({ sent: 0, refused: 1 });
  radio.setRoom({ free: 4 });
  radio.say('queueStatus', { res: 0, free: 4, maxlen: 16, meshPacketId: 0 });
  await until(() => views()[0].queueFree === 4);
  await move(180);
  expect(radio.broadcasts().length).toBe(1);
  radio.setRoom({ free: 12 });
  await move(30);
  await until(() => radio.broadcasts().length === 2);
  await until(() => counts().sent === 1);
  const [first, second] = radio.broadcasts();
  expect(second).not.toEqual(first);
});

test('a radio that restarts is asked again, and what it had not answered is lost', async () => {
  const radio = await oracle();
  const { move, stored, views } = await world([radio]);
  radio.setRoom({ isSilent: true });
  askForBulletin(radio, 1);
  await until(() => stored() === 1);
  await move(65);
  await until(() => radio.packets().length === 1);
  radio.setRoom({});
  radio.say('rebooted', true);
  await radio.handshakes(2);
  await until(() => views()[0].session === 'ready' && views()[0].queueFree !== null);
  expect(views()[0]).toMatchObject({ restarts: 1, sent: { lost: 1 } });
  await move(130);
  await until(() => radio.broadcasts().length === 2);
});

test('a gateway without a clock takes the time from the GPS of its radio, and tells it to the other one', async () => {
  const gps = {
    payloadVariant: { case: 'position', value: { gpsMode: 1, gpsUpdateInterval: 30 } },
  };
  const [first, second] = [
    await oracle({ more: [['config', gps]] }),
    await oracle({ number: OTHER_NUMBER }),
  ];
  const { move, clock, views } = await world([first, second], false);
  expect([clock.state(), first.timeSet(), second.timeSet()]).toEqual([
    'unknown',
    undefined,
    undefined,
  ]);
  expect(views().map(({ info }) => info.gps)).toEqual([true, null]);
  const trueS = () => START_S + 1_000 + Math.floor((clock.steadyMs() - START_S * 1000) / 1000);
  first.tellPosition({ timestamp: trueS(), locationSource: 2 });
  await move(300);
  first.tellPosition({ timestamp: trueS() - 3, locationSource: 2 });
  await until(() => clock.state() !== 'unknown');
  expect(clock.reading()).toMatchObject({
    state: 'trusted',
    source: 'radio-gps',
    uncertaintyS: 35,
  });
  expect(Math.floor(clock.nowMs() / 1000)).toBe(trueS() - 3);
  await move(65);
  await until(() => second.timeSet() !== undefined);
  expect(Math.abs((second.timeSet() ?? 0) - trueS())).toBeLessThan(120);
});

test('the status names the radio that is not there, and two addresses of one radio', async () => {
  const [good, gone] = [await oracle(), await oracle({ number: OTHER_NUMBER })];
  const folder = testFolder();
  const options = optionsFor(folder, [good, gone]);
  const gateway = await startGateway(options);
  onTestFinished(() => gateway.stop());
  await until(() => gateway.status().radios.every(({ session }) => session === 'ready'));
  expect(gateway.status().problems.filter((problem) => problem.startsWith('radio'))).toEqual([]);
  gone.hangUp();
  gone.close();
  await until(() => gateway.status().radios[1].session === 'closed');
  const { problems, radio, healthy } = gateway.status();
  expect([radio.session, radio.number, healthy]).toEqual(['ready', '!11223344', false]);
  expect(problems[0]).toContain(`radio ${gone.url}: `);
  expect(problems[0]).toContain('nothing is heard through it');
  await until(() => gateway.status().problems[0].includes('nothing answers at 127.0.0.1'));
  const page = async () => (await fetch(gateway.httpUrl)).text();
  await until(async () => (await page()).includes('nothing answers at 127.0.0.1'));
  await gateway.stop();

  const twin = await oracle();
  const doubled = await startGateway(optionsFor(folder, [good, twin]));
  onTestFinished(() => doubled.stop());
  await until(() => doubled.status().problems.some((problem) => problem.includes('same radio')));
  expect(doubled.status().problems[0]).toContain(`radio ${twin.url}: it is the same radio as`);
});

test('addresses that cannot be meant are refused in words', async () => {
  const options = (radios: string[], clock?: GatewayOptions['clock']): GatewayOptions => ({
    ...optionsFor(testFolder(), []),
    radios,
    ...(clock === undefined ? {} : { clock }),
  });
  const refused = (radios: string[], words: RegExp, clock?: GatewayOptions['clock']) =>
    expect(startGateway(options(radios, clock))).rejects.toThrow(words);
  await refused([], /no radio/);
  await refused(['tcp://a:1', 'tcp://a:1'], /named twice/);
  await refused(['tcp://a', 'tcp://b'], /one radio only/, 'parent');
  await refused(['tcp://user:secret@a'], /write tcp:/);
  await refused(['tcp://'], /write tcp:/);
  await refused(['serial:ttyUSB0'], /serial:\/dev/);
});
