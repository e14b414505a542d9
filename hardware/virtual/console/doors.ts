/*
 * doors.ts: ways to a virtual board's console: a stream in this process, or a TCP port; in real time.
 * Way: bytes of a client <-> the console's model, which is told what time it is.
 * One client at a time, as at a serial port: another one is turned away. What is sent while nobody listens is lost. Closing
 * the connection pulls the plug; the board keeps its power.
 */
import { createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { stepBoard } from '../board-in-world';
import { type RealTime, runWorld } from '../real-time';
import { createWorld } from '../world';
import type { ConsoleBoard } from './espruino-console';

/** How long a port is away when a planted fault or a restart took it, ms. */
const AWAY_MS = 300;

/** A board that runs in real time. */
export interface RunningBoard {
  model: ConsoleBoard;
  /** Brings it to the time of its world; from inside the world. */
  step(): void;
  /** Bytes to the board. */
  write(bytes: Uint8Array): void;
  /** Whoever is at the port; null = nobody. `gone`: the port goes away. */
  attach(client: { data(bytes: Uint8Array): void; gone(): void } | null): void;
  /** Pulls the plug; with it the power, or not. The port is back after a moment. */
  unplug(losesPower: boolean): void;
  /** False while the port is away. */
  isThere(): boolean;
  stop(): void;
}

/** Lets a board run, switched on. `time`: the world it stands in; left out: one of its own. */
export function runBoard(model: ConsoleBoard, time?: RealTime): RunningBoard {
  const { world, act, stop } = time ?? runWorld(createWorld(0));
  const step = stepBoard(world, model);
  let client: Parameters<RunningBoard['attach']>[0] = null;
  let back: NodeJS.Timeout | undefined;
  const goAway = (losesPower: boolean): void => {
    if (losesPower) model.powerCut();
    clearTimeout(back);
    back = setTimeout(() => {
      back = undefined;
      act(() => {
        model.runUntil(world.nowMs());
        model.powerOn();
        step();
      });
    }, AWAY_MS);
    client?.gone();
  };
  model.onSend((bytes) => client?.data(bytes));
  model.onGone((why) => goAway(why === 'exit'));
  act(() => {
    model.runUntil(world.nowMs());
    model.powerOn();
    step();
  });
  return {
    model,
    step,
    write: (bytes) => {
      if (back) return;
      act(() => {
        model.runUntil(world.nowMs());
        model.receive(bytes);
        step();
      });
    },
    attach: (next) => {
      client = next;
      model.bluetooth(next !== null);
    },
    unplug: goAway,
    isThere: () => back === undefined,
    stop: () => {
      if (!time) stop();
      clearTimeout(back);
      client = null;
      model.onSend(() => {});
    },
  };
}

/** The board's port as a stream in this process. It ends when the port goes away; destroying it pulls the plug. */
export function streamOf(running: RunningBoard): Duplex {
  const stream = new Duplex({
    read: () => {},
    write: (bytes: Buffer, _encoding, done) => {
      running.write(bytes);
      done();
    },
    destroy: (error, done) => {
      running.attach(null);
      done(error);
    },
  });
  running.attach({
    data: (bytes) => stream.push(Buffer.from(bytes)),
    gone: () => stream.destroy(),
  });
  return stream;
}

/** A TCP port with a board behind it. */
export interface BoardPort {
  /** tcp://127.0.0.1:PORT */
  url: string;
  running: RunningBoard;
  close(): Promise<void>;
}

/** Opens a TCP port of this computer; `port` 0 = any free one. Rejects: the port is taken. */
export async function serveBoard(running: RunningBoard, port = 0): Promise<BoardPort> {
  let present: Socket | null = null;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    if (present || !running.isThere()) {
      socket.destroy();
      return;
    }
    present = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes) => running.write(bytes));
    socket.on('close', () => {
      if (present !== socket) return;
      present = null;
      running.attach(null);
    });
    running.attach({
      data: (bytes) => socket.write(bytes),
      gone: () => socket.destroy(),
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return {
    url: `tcp://127.0.0.1:${address.port}`,
    running,
    close: async () => {
      running.stop();
      present?.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
