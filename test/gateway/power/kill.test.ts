/*
 * kill -9 at random moments under load, with real processes: a gateway on a clock that runs fast, a radio that feeds it without
 * pause, a broker and a subscriber with a persistent session. After each kill its files are looked into, and it starts
 * again at once. What bulletins acknowledged is there, nothing is there twice, the subscriber hears of everything.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { freePort, startMosquitto, tool } from '../../mqtt/tools';
import { bundleForNode } from '../support/bundle';
import { startOracleRadio } from '../support/oracle-radio';
import { testFolder, until } from '../support/places';
import { acceptedBySite, distinct, expectAllTold, persistentConsumer } from './kill-consumer';
import { gateways, planOf } from './kill-gateway';
import { copyOf, expectAcknowledged, expectAllOnce, expectRefusals, openClean } from './kill-look';
import { createVillage, random, type Village, villageRegister } from './kill-village';

/** Kills with each broker. */
const KILLS = 5 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);
const TURN_MS = 20;
const TOPIC = 'tallywell/village/site/+/record/+';

type BrokerKind = 'external' | 'embedded';

/** Where the gateway tells and the consumer listens. @returns null when a tool is missing */
async function brokerFor(kind: BrokerKind): Promise<{ port: number; args: string[] } | null> {
  const port = await freePort();
  if (kind === 'embedded') return { port, args: ['--mqtt-port', String(port)] };
  const path = tool('mosquitto');
  if (path === null) return null;
  await startMosquitto(path, testFolder(), port);
  return { port, args: ['--mqtt', `mqtt://127.0.0.1:${port}`] };
}

/** Village, radio, gateway and consumer. */
async function scene(broker: { port: number; args: string[] }) {
  const made = testFolder();
  const folder = join(made, 'data');
  mkdirSync(folder);
  writeFileSync(join(made, 'register.json'), JSON.stringify(villageRegister()));
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const village = createVillage(5);
  const command = [await bundleForNode('gateway-process'), 'gateway', '--clock', 'machine'];
  command.push('--data', folder, '--radio', radio.url, '--register', join(made, 'register.json'));
  command.push('--http-port', '0', ...broker.args);
  const consumer = persistentConsumer(broker.port, TOPIC);
  return { made, folder, radio, village, consumer, ...gateways(made, folder, radio, command) };
}

type Scene = Awaited<ReturnType<typeof scene>>;

/** Takes the bulletins that came since the last call. */
function bulletinTaker({ radio, village }: Scene) {
  let taken = 0;
  return (publicKey: Uint8Array | null) => {
    if (publicKey === null) return;
    const packets = radio.broadcasts().slice(taken);
    taken += packets.length;
    village.takeBulletins(packets, publicKey);
  };
}

/**
 * The village sends until `done`; new records only while it is told to make them. Nothing before the consumer is
 * subscribed for the first time: what is told before that is not for it.
 */
async function live(scene: Scene, makes: boolean, done: () => boolean): Promise<void> {
  while (!done()) {
    if (scene.consumer.subscribed()) scene.village.turn(scene.radio, makes);
    await new Promise((resolve) => setTimeout(resolve, TURN_MS));
  }
}

/** Looks into what the dead gateway left. @returns the gateway's public key, when it has one */
function look({ made, folder, village }: Scene, take: (publicKey: Uint8Array | null) => void) {
  const path = copyOf(folder, join(made, 'look'));
  if (path === null) return null;
  const { database, publicKey } = openClean(path);
  take(publicKey);
  expectAcknowledged(database, village);
  database.close();
  return publicKey;
}

function expectEnd({ made, folder, village, consumer }: Scene): void {
  const { database } = openClean(copyOf(folder, join(made, 'look')) as string);
  expectAcknowledged(database, village);
  expectAllOnce(database, village);
  expectRefusals(database, village);
  expectAllTold(consumer.told, acceptedBySite(database));
  database.close();
}

const countOf = ({ nodes }: Village) => nodes.reduce((sum, one) => sum + one.packets.length - 1, 0);

test.each<BrokerKind>(['external', 'embedded'])(
  `${KILLS} x kill -9, %s broker: nothing acknowledged is missing, nothing is there twice`,
  async (kind) => {
    const broker = await brokerFor(kind);
    if (broker === null) return;
    const all = await scene(broker);
    const take = bulletinTaker(all);
    const chance = random(17);
    let key: Uint8Array | null = null;
    for (let life = 0; life < KILLS; life += 1) {
      const gateway = all.start(planOf(life, chance));
      let ended = false;
      const end = gateway.end.finally(() => {
        ended = true;
      });
      await Promise.all([end, live(all, true, () => ended)]);
      const found = look(all, take);
      if (key !== null) expect(found).toEqual(key);
      key = found;
      if (life % 3 === 0) all.consumer.stumble();
    }
    const last = all.start(null);
    await live(all, true, () => all.radio.isReady());
    // Each node makes at least one more, so that each group is answered early.
    const before = all.village.nodes.map(({ packets }) => packets.length);
    await live(all, true, () =>
      all.village.nodes.every(({ packets }, at) => packets.length > before[at]),
    );
    await live(all, false, () => {
      take(key);
      return all.village.waiting() === 0;
    });
    await until(() => distinct(all.consumer.told) === countOf(all.village));
    last.stop();
    await last.end;
    expectEnd(all);
    expect(all.village.bulletins()).toBeGreaterThan(KILLS);
    console.log(
      `${kind}: ${KILLS} kills, ${countOf(all.village)} records, ${all.village.bulletins()} bulletins, ${all.consumer.told.length} messages`,
    );
  },
  60_000 + KILLS * 20_000,
);
