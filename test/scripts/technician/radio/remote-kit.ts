/*
 * remote-kit.ts: two virtual radios that hear each other: the technician's own behind a real TCP port, the other out in the field.
 * Way: bytes of the tool -> own radio -> air -> other radio, and back, on a clock that the test moves.
 */
import { createServer } from 'node:net';
import { onTestFinished, vi } from 'vitest';
import { createAir } from '../../../../hardware/virtual/air';
import { createRadio, type Radio } from '../../../../hardware/virtual/radio';
import type { RadioOptions } from '../../../../hardware/virtual/radio-core';
import { createWorld, type World } from '../../../../hardware/virtual/world';
import { MEDIUM_FAST } from '../../../../shared/meshtastic/airtime';
import { CHANNEL_KEY } from './bench-in-memory';

const STEP_MS = 50;
const OWN = 0xa1b2c3d4;
/** Number of the radio in the field. */
export const FIELD = 0x5e0f1a2b;

/** Both radios, and the ways to them. */
export interface RemoteScene {
  world: World;
  field: Radio;
  ownPort: string;
  fieldPort: string;
  /** What became of the work: its value, or what it threw. Moves the clock until then. */
  endOf(work: Promise<unknown>): Promise<unknown>;
  /** Lets so much time pass in the mesh. */
  pass(ms: number): void;
}

async function doorTo(world: World, radio: Radio): Promise<string> {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    const connection = radio.connect(
      (bytes) => socket.write(bytes),
      () => socket.destroy(),
    );
    socket.on('data', (bytes) => {
      connection.write(new Uint8Array(bytes));
      world.runUntil(world.nowMs() + 1);
    });
    socket.on('close', () => connection.close());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `tcp://127.0.0.1:${(server.address() as { port: number }).port}`;
}

/** Two radios of one pod. `introduced`: they have told each other their public keys. */
export async function remoteScene(
  fieldOptions: Partial<RadioOptions> = {},
  introduced = true,
): Promise<RemoteScene> {
  vi.useFakeTimers({
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'],
  });
  onTestFinished(() => void vi.useRealTimers());
  const world = createWorld(7);
  const air = createAir(world, { snrOverrideDb: () => 8.5 });
  const common: Omit<RadioOptions, 'nodeNum' | 'longName'> = {
    shortName: 'R',
    position: { latitude: 0, longitude: 0 },
    channels: [{ name: 'serial', psk: CHANNEL_KEY }],
    region: 'EU_868',
    preset: MEDIUM_FAST,
    nodeInfo: introduced,
    telemetry: false,
  };
  const own = createRadio(world, air, { ...common, nodeNum: OWN, longName: 'Own' });
  const options = { ...common, nodeNum: FIELD, longName: 'Field', ...fieldOptions };
  const field = createRadio(world, air, options);
  const pass = (ms: number): void => world.runUntil(world.nowMs() + ms);
  // Both introduce themselves within 70 s.
  pass(90_000);
  const ports = { ownPort: await doorTo(world, own), fieldPort: await doorTo(world, field) };
  const endOf = async (work: Promise<unknown>): Promise<unknown> => {
    let end: { value: unknown } | undefined;
    work.then(
      (value) => {
        end = { value };
      },
      (error: unknown) => {
        end = { value: error };
      },
    );
    while (end === undefined) {
      for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
      pass(STEP_MS);
      await vi.advanceTimersByTimeAsync(STEP_MS);
    }
    return end.value;
  };
  return { world, field, ...ports, endOf, pass };
}
