/*
 * Makes the script of the proof: seven hours of one node's life, played once against the radio
 * driver, all inputs written down with their times.
 * From: a bundle and a seed. To: script lines for replay.ts. Runs in Node only.
 */
import { crc32 } from 'node:zlib';
import { createNobleEd25519 } from '../../hardware/virtual/ed25519-noble';
import { installBundle } from '../../hardware/virtual/run-bundle';
import { toHex } from '../../shared/bytes';
import { keyIdOf } from '../../shared/verify';
import { createRadioDriver, gatewayKeyHex, gatewayNode, type RadioDriver } from './radio-driver';
import { createReplayBoard, playInput, type SigningTally } from './replay';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How long the node's life in the script is. */
export const END_MS = 7 * HOUR_MS;
/** From then on the next flash write is cut short by TEAR_BYTES and the power is gone. */
const TEAR_MS = 3 * HOUR_MS + 7 * MINUTE_MS + 3333;
const TEAR_BYTES = 3;
/** The power is back. */
const AGAIN_MS = TEAR_MS + 9 * MINUTE_MS;
const SLOT = 21;
/** Of the key's page among the chip's free ones. */
const KEY_OFFSET = 4096;
const JOURNAL_BYTES = 5 * 4096;
const NODE_SEED = new Uint8Array(32).fill(0x33);

/** A script and what the driver's gateway thought of the node. */
export interface Recording {
  script: string[];
  heard: RadioDriver['heard'];
  refused: string[];
  /** What the node's routine signed, accepted and refused. */
  tally: SigningTally;
}

/** The key's region: "TWK1", the pair, CRC-32. */
function keyRegion(seed: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const region = Buffer.alloc(72);
  region.write('TWK1');
  region.set(seed, 4);
  region.set(publicKey, 36);
  region.writeUInt32LE(crc32(region.subarray(0, 68)), 68);
  return region;
}

/** The files of a provisioned node as script lines. */
function provisioned(kind: 1 | 2): string[] {
  const ed25519 = createNobleEd25519();
  const publicKey = ed25519.publicKey(NODE_SEED);
  const config = JSON.stringify({
    site: kind === 1 ? 'wp-01' : 'ca-01',
    kind,
    slot: SLOT,
    gatewayKey: gatewayKeyHex(ed25519),
    gatewayNode,
    keyId: toHex(keyIdOf(publicKey)),
    calibrationId: kind === 1 ? 1 : 0,
    pulseUl: kind === 1 ? 2222 : 0,
    channel: 'serial',
  });
  return [
    'file ed25519 00b50000',
    `file tw.cfg ${toHex(Buffer.from(config))}`,
    `spare ${KEY_OFFSET} ${toHex(keyRegion(NODE_SEED, publicKey))}`,
    `fill journal ${JOURNAL_BYTES}`,
  ];
}

/** Small exact random numbers for the script. */
function randomBelow(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

interface Plan {
  atMs: number;
  order: number;
  fn: () => void;
}

/** Things to do at their times, in the order of asking. */
function createAgenda() {
  const plans: Plan[] = [];
  let order = 0;
  return {
    at: (atMs: number, fn: () => void): void => {
      plans.push({ atMs, order: order++, fn });
      plans.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
    },
    nextMs: (): number => (plans.length === 0 ? -1 : plans[0].atMs),
    run: (): void => plans.shift()?.fn(),
  };
}

/** Plays seven hours and writes them down. kind: 1 water point, 2 canteen. */
export function recordScript(bundle: string, kind: 1 | 2, seed: number): Recording {
  const ed25519 = createNobleEd25519();
  const { board, tally } = createReplayBoard(seed, ed25519);
  const random = randomBelow(seed);
  const agenda = createAgenda();
  const script = provisioned(kind);
  for (const line of script) {
    const [what, name, value] = line.split(' ');
    const bytes = () => new Uint8Array(Buffer.from(value, 'hex'));
    if (what === 'spare') board.spareFlash().set(bytes(), Number(name));
    else if (what === 'fill') board.storage.write(name, new Uint8Array(Number(value)).fill(255));
    else board.storage.write(name, bytes());
  }
  const recording: Recording = {
    script,
    heard: [],
    refused: [],
    tally,
  };
  const input = (text: string): void => {
    script.push(`${board.nowMs()} ${text}`);
    playInput(board, ['', ...text.split(' ')]);
  };
  const driver = createRadioDriver(
    {
      nowMs: () => board.nowMs(),
      after: (delayMs, fn) => agenda.at(board.nowMs() + delayMs, fn),
      feed: (bytes) => {
        const cut = random(4) === 0 ? random(bytes.length) : bytes.length;
        input(`rx ${toHex(bytes.subarray(0, cut))}`);
        const rest = bytes.subarray(cut);
        if (rest.length > 0) input(`rx ${toHex(rest)}`);
      },
    },
    ed25519,
    ed25519.publicKey(NODE_SEED),
    SLOT,
  );
  recording.heard = driver.heard;
  recording.refused = driver.refused;
  installBundle(board, bundle);
  board.onTransmit((bytes) => driver.take(bytes));
  planLife({ agenda, input, driver, random, kind });
  for (let next = agenda.nextMs(); next >= 0 && next <= END_MS; next = agenda.nextMs()) {
    const dueMs = board.nextDueMs();
    if (dueMs >= 0 && dueMs <= next) {
      board.runUntil(dueMs);
      continue;
    }
    board.runUntil(next);
    agenda.run();
  }
  return recording;
}

interface Life {
  agenda: ReturnType<typeof createAgenda>;
  input: (text: string) => void;
  driver: RadioDriver;
  random: (below: number) => number;
  kind: 1 | 2;
}

/** Draws of water or meals: bursts of some minutes, quiet between. */
function planUse(life: Life): void {
  const { agenda, input, random } = life;
  for (let atMs = 20_000; atMs < END_MS; atMs += 5000 + random(4 * MINUTE_MS)) {
    const startMs = atMs;
    const pieces = 1 + random(5);
    for (let piece = 0; piece < pieces; piece++) {
      agenda.at(startMs + piece * 700, () => {
        if (life.kind === 1) {
          const count = 1 + random(400);
          input(`pulses 2 ${count}`);
        } else {
          input(`press ${3 + random(2)}`);
        }
      });
    }
  }
}

function planLife(life: Life): void {
  const { agenda, input, driver } = life;
  agenda.at(0, () => input('on'));
  planUse(life);
  agenda.at(3 * MINUTE_MS, () => {
    driver.bulletin('good');
  });
  for (let hour = 1; hour < END_MS / HOUR_MS; hour++) {
    const base = hour * HOUR_MS + 27 * MINUTE_MS;
    agenda.at(base, () => {
      driver.bulletin('good');
    });
    agenda.at(base + 50_000, driver.noise);
    if (hour % 2 === 0) agenda.at(base + 100_000, () => driver.bulletin('forged'));
    else agenda.at(base + 100_000, () => driver.bulletin('replayed'));
  }
  agenda.at(TEAR_MS, () => input(`tear ${TEAR_BYTES}`));
  agenda.at(AGAIN_MS, () => input('on'));
  agenda.at(END_MS, () => input('end'));
}
