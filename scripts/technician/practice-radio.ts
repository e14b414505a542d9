/*
 * practice-radio.ts: virtual Meshtastic radios at TCP ports, as from the shop: no region, the public channel.
 * Way: socket of a client -> radio model in the practice's world -> socket. As with a real radio, a new client ends the old one.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Air } from '../../hardware/virtual/air';
import { createRadio, type Radio } from '../../hardware/virtual/radio';
import type { AdminFaults } from '../../hardware/virtual/radio-admin';
import type { RealTime } from '../../hardware/virtual/real-time';
import { LONG_FAST } from '../../shared/meshtastic/airtime';
import { nodeIdOf } from '../../shared/meshtastic/node-id';

/** First number of a practice radio; Meshtastic numbers are random anyway. */
const FIRST_NUMBER = 0x40000000;

/** Where practice happens. */
export interface PracticeGround {
  time: RealTime;
  air: Air;
}

/** One radio of a practice bench. */
export interface PracticeRadio {
  /** Of the board that it hangs on, from 1; 0 = the gateway's. */
  number: number;
  url: string;
  /** Its number as Meshtastic writes it: !a1b2c3d4. */
  device: string;
}

/** A radio at work. */
export interface RunningRadio {
  told: PracticeRadio;
  radio: Radio;
  /** The address for the gateway: it gets no answer there while the bench has the radio. */
  gatewayUrl: string;
  close(): Promise<void>;
}

/** Which radio, and where. */
export interface PracticeRadioOptions {
  /** As PracticeRadio has it. */
  number: number;
  /** TCP port; 0 = any free one. */
  port: number;
  /** The same seed gives the same numbers. */
  seed: number;
  /** For tests: what its administration does wrong. */
  adminFaults?: AdminFaults;
}

/** Number in the mesh of a practice radio. */
export function practiceNumber(seed: number, number: number): number {
  return FIRST_NUMBER + ((seed + number) % FIRST_NUMBER);
}

/** Metres between neighbours: they all hear each other. */
export function practicePlace(number: number): { latitude: number; longitude: number } {
  return { latitude: 0, longitude: number / 10_000 };
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return `tcp://127.0.0.1:${(server.address() as { port: number }).port}`;
}

/** Two doors to one radio: the bench's, and the gateway's, which is shut while anybody stands at the first. */
async function serveRadio({ time }: PracticeGround, radio: Radio, port: number) {
  const sockets = new Set<Socket>();
  let atBench = 0;
  const take = (socket: Socket, isBench: boolean): void => {
    // An error is always followed by 'close', which says all there is to say.
    socket.on('error', () => {});
    if (!isBench && atBench > 0) return void socket.destroy();
    sockets.add(socket);
    if (isBench) atBench++;
    let connection: ReturnType<Radio['connect']> | undefined;
    time.act(() => {
      connection = radio.connect(
        (bytes) => socket.write(Uint8Array.from(bytes)),
        () => socket.destroy(),
      );
    });
    socket.on('data', (bytes) => time.act(() => connection?.write(new Uint8Array(bytes))));
    socket.on('close', () => {
      sockets.delete(socket);
      if (isBench) atBench--;
      time.act(() => connection?.close());
    });
  };
  const doors = [true, false].map((isBench) =>
    createServer({ noDelay: true }, (socket) => take(socket, isBench)),
  );
  const [bench, gateway] = doors as [Server, Server];
  const url = await listen(bench, port);
  return {
    url,
    gatewayUrl: await listen(gateway, 0),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      for (const door of doors) await new Promise<void>((done) => door.close(() => done()));
    },
  };
}

/** Starts one. Rejects: the TCP port is taken. */
export async function startPracticeRadio(
  ground: PracticeGround,
  { number, port, seed, adminFaults }: PracticeRadioOptions,
): Promise<RunningRadio> {
  const nodeNum = practiceNumber(seed, number);
  const id = nodeIdOf(nodeNum);
  const radio = createRadio(ground.time.world, ground.air, {
    nodeNum,
    longName: `Meshtastic ${id.slice(-4)}`,
    shortName: id.slice(-4),
    position: practicePlace(number),
    channels: [{ name: '', psk: new Uint8Array([1]) }],
    ...{ region: 'EU_868', preset: LONG_FAST, factoryNew: true },
    adminFaults,
  });
  const { url, gatewayUrl, close } = await serveRadio(ground, radio, port);
  return { told: { number, url, device: id }, radio, gatewayUrl, close };
}
