/*
 * practice-radio.ts: virtual Meshtastic radios at TCP ports, as from the shop: no region, the public channel.
 * Way: socket of a client -> radio model, whose time is this computer's -> socket. As with a real radio, a new client ends the old one.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createAir } from '../../hardware/virtual/air';
import { createRadio, type Radio } from '../../hardware/virtual/radio';
import type { AdminFaults } from '../../hardware/virtual/radio-admin';
import { createWorld, type World } from '../../hardware/virtual/world';
import { LONG_FAST } from '../../shared/meshtastic/airtime';
import { PRACTICE_RADIO_STEP_MS, PRACTICE_RADIO_STEP_MS_MAX } from './limits';

/** First number of a practice radio; Meshtastic numbers are random anyway. */
const FIRST_NUMBER = 0x40000000;

/** One radio of a practice bench. */
export interface PracticeRadio {
  /** From 1. */
  number: number;
  url: string;
  /** Its number as Meshtastic writes it: !a1b2c3d4. */
  device: string;
}

/** Radios on one air. */
export interface PracticeRadios {
  radios: PracticeRadio[];
  close(): Promise<void>;
}

/** How many, and where. */
export interface PracticeRadioOptions {
  /** 0..20. */
  count: number;
  /** TCP port of the first radio, the others follow; 0 = any free ones. */
  firstPort: number;
  /** The same seed gives the same numbers. */
  seed: number;
  /** For tests: what their administration does wrong. */
  adminFaults?: AdminFaults;
}

/** Moves a world along with this computer's clock; returns what looks at once, and what ends it. */
function inRealTime(world: World) {
  const startMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    clearTimeout(timer);
    world.runUntil(Math.max(world.nowMs(), Math.floor(performance.now() - startMs)));
    const waitMs = world.nextDueMs() - world.nowMs();
    const isNone = world.nextDueMs() < 0;
    const nextMs = isNone ? PRACTICE_RADIO_STEP_MS_MAX : Math.max(waitMs, PRACTICE_RADIO_STEP_MS);
    timer = setTimeout(look, Math.min(nextMs, PRACTICE_RADIO_STEP_MS_MAX));
  };
  look();
  return { look, stop: () => clearTimeout(timer) };
}

async function serveRadio(radio: Radio, look: () => void, port: number): Promise<Server> {
  const server = createServer({ noDelay: true }, (socket: Socket) => {
    look();
    const connection = radio.connect(
      (bytes) => socket.write(bytes),
      () => socket.destroy(),
    );
    // An error is always followed by 'close', which says all there is to say.
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      connection.write(new Uint8Array(bytes));
      look();
    });
    socket.on('close', () => connection.close());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

/** Starts them. Rejects: a TCP port is taken. */
export async function startPracticeRadios(options: PracticeRadioOptions): Promise<PracticeRadios> {
  const world = createWorld(options.seed % 2 ** 31);
  const air = createAir(world, {});
  const clock = inRealTime(world);
  const radios: PracticeRadio[] = [];
  const servers: Server[] = [];
  for (let number = 1; number <= options.count; number++) {
    const nodeNum = FIRST_NUMBER + ((options.seed + number) % FIRST_NUMBER);
    const hex = nodeNum.toString(16).padStart(8, '0');
    const radio = createRadio(world, air, {
      nodeNum,
      longName: `Meshtastic ${hex.slice(-4)}`,
      shortName: hex.slice(-4),
      position: { latitude: 0, longitude: number / 1000 },
      channels: [{ name: '', psk: new Uint8Array([1]) }],
      ...{ region: 'EU_868', preset: LONG_FAST, factoryNew: true },
      adminFaults: options.adminFaults,
    });
    const port = options.firstPort === 0 ? 0 : options.firstPort + number - 1;
    const server = await serveRadio(radio, clock.look, port);
    servers.push(server);
    const address = server.address() as { port: number };
    radios.push({ number, url: `tcp://127.0.0.1:${address.port}`, device: `!${hex}` });
  }
  return {
    radios,
    async close() {
      clock.stop();
      await Promise.all(
        servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
      );
    },
  };
}
