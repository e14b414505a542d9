/*
 * virtual-radio.ts: a virtual radio behind a real TCP port or pseudo terminal.
 * Way: bytes of the tool -> radio model -> bytes to the tool. The radio's time runs a hundred times as fast as ours.
 */
import { createServer } from 'node:net';
import { onTestFinished } from 'vitest';
import { createAir } from '../../../../hardware/virtual/air';
import { createRadio, type Radio } from '../../../../hardware/virtual/radio';
import type { RadioOptions } from '../../../../hardware/virtual/radio-core';
import { createWorld } from '../../../../hardware/virtual/world';
import { LONG_FAST } from '../../../../shared/meshtastic/airtime';
import { startPty } from '../../../gateway/support/pty';

const STEP_MS = 500;

/** A radio with a place to reach it. */
export interface ReachableRadio {
  radio: Radio;
  /** tcp://127.0.0.1:port, or the pseudo terminal. */
  port: string;
}

function radioIn(options: Partial<RadioOptions>) {
  const world = createWorld(1);
  const air = createAir(world, {});
  const radio = createRadio(world, air, {
    nodeNum: 0xa1b2c3d4,
    longName: 'Meshtastic c3d4',
    shortName: 'c3d4',
    position: { latitude: 0, longitude: 0 },
    channels: [{ name: '', psk: new Uint8Array([1]) }],
    region: 'EU_868',
    preset: LONG_FAST,
    factoryNew: true,
    nodeInfo: false,
    telemetry: false,
    ...options,
  });
  /** Lets the radio look at what came. */
  const pass = (): void => world.runUntil(world.nowMs() + STEP_MS);
  const runOn = (ms: number): void => world.runUntil(world.nowMs() + ms);
  return { radio, pass, runOn };
}

/**
 * Over TCP; a restart closes the connection, and takes no time once the tool waits for it.
 * `paceMs`: what passes for the radio in 20 ms of ours.
 */
export async function radioOnTcp(
  options: Partial<RadioOptions> = {},
  paceMs = 2_000,
): Promise<ReachableRadio> {
  const { radio, pass, runOn } = radioIn(options);
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => {});
    const connection = radio.connect(
      (bytes) => socket.write(bytes),
      () => socket.destroy(),
    );
    socket.on('data', (bytes) => {
      connection.write(new Uint8Array(bytes));
      pass();
    });
    socket.on('close', () => connection.close());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const clock = setInterval(() => runOn(paceMs), 20);
  onTestFinished(() => {
    clearInterval(clock);
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { radio, port: `tcp://127.0.0.1:${port}` };
}

/** On a pseudo terminal, as behind a USB-to-serial chip: the port stays when the radio restarts. */
export async function radioOnPty(options: Partial<RadioOptions> = {}): Promise<ReachableRadio> {
  const { radio, pass, runOn } = radioIn(options);
  const pty = await startPty({
    onBytes: (bytes) => {
      connection.write(new Uint8Array(bytes));
      pass();
    },
  });
  const connection = radio.connect(
    (bytes) => pty.write(bytes),
    () => {},
    { serial: true },
  );
  const clock = setInterval(() => runOn(2_000), 20);
  onTestFinished(() => clearInterval(clock));
  return { radio, port: pty.path };
}
