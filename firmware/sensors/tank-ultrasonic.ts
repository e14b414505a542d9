/*
 * What: the level of a tank by ultrasound from above, sensor A02YYUW.
 * From where to where: its serial line -> reading 1 (level, mm) and "dry". It is powered and heard only to measure.
 * A frame: 0xFF, distance in mm (high byte, low byte), sum of the three (low byte). Source: DFRobot SEN0311.
 * Page: docs/sensors/tank-ultrasonic.md. Espruino-safe.
 */
import { setMeasured } from '../sense/readings';
import type { Sense } from '../sense/sense';
import { createDry } from './dry';
import { need } from './fitted';
import {
  LEVEL_PERIOD_S,
  PLACE_ULTRASONIC,
  READING_LEVEL,
  ULTRASONIC_BAUD,
  ULTRASONIC_FLOOR_MM,
  ULTRASONIC_FRAMES_MAX,
  ULTRASONIC_FRAMES_MIN,
  ULTRASONIC_LISTEN_MS,
  ULTRASONIC_MM_MAX,
  ULTRASONIC_MM_MIN,
  ULTRASONIC_SPREAD_MM,
} from './sensor-limits';
import type { Wiring } from './wiring';

type Setup = NonNullable<Wiring['ultrasonic']>;

/** Takes whole frames out of `bytes` and gives their distances, mm; what is no frame is skipped, a begun one stays. */
export function takeFrames(bytes: number[]): number[] {
  const distances: number[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const sum = (bytes[at] + bytes[at + 1] + bytes[at + 2]) & 255;
    if (bytes[at] === 255 && bytes[at + 3] === sum) {
      distances.push(bytes[at + 1] * 256 + bytes[at + 2]);
      at += 4;
    } else at++;
  }
  bytes.splice(0, at);
  return distances;
}

/** The level, mm, or why these distances tell none. `byteCount`: what was heard, frames or not. */
export function levelOf(distances: number[], byteCount: number, mountMm: number): number | string {
  if (byteCount === 0) return 'nothing heard: power or wire';
  if (distances.length < ULTRASONIC_FRAMES_MIN) return 'broken frames: noise on the wire';
  const near: number[] = [];
  for (let i = 0; i < distances.length; i++) {
    const mm = distances[i];
    if (mm >= ULTRASONIC_MM_MIN && mm <= ULTRASONIC_MM_MAX) near.push(mm);
  }
  if (near.length * 2 <= distances.length) return 'no echo: too near, too far or dirty';
  near.sort((a, b) => a - b);
  const spreadMm = near[(near.length * 3) >> 2] - near[near.length >> 2];
  if (spreadMm > ULTRASONIC_SPREAD_MM) return 'echo not steady';
  const levelMm = mountMm - near[near.length >> 1];
  return levelMm < -ULTRASONIC_FLOOR_MM ? 'below the floor: check mountMm' : Math.max(0, levelMm);
}

function measure(sense: Sense, setup: Setup, done: (level: number | string) => void): void {
  const board = sense.board;
  const bytes: number[] = [];
  let distances: number[] = [];
  let byteCount = 0;
  const hear = (chunk: Uint8Array): void => {
    byteCount += chunk.length;
    for (let i = 0; i < chunk.length; i++) bytes.push(chunk[i]);
    const found = takeFrames(bytes);
    if (distances.length < ULTRASONIC_FRAMES_MAX) distances = distances.concat(found);
  };
  if (setup.powerPin) need(board.writePin)(setup.powerPin, 1);
  const close = need(board.openSerialIn)(setup.pin, ULTRASONIC_BAUD, hear);
  board.after(ULTRASONIC_LISTEN_MS, () => {
    close();
    if (setup.powerPin) need(board.writePin)(setup.powerPin, 0);
    done(levelOf(distances, byteCount, setup.mountMm));
  });
}

/** Measures every `everyS`, and after a failure at each tick. Throws: `mountMm` is missing. */
export function tankUltrasonic(sense: Sense, setup: Setup): () => void {
  if (!setup.mountMm) throw new Error('mountMm is missing');
  const tellDry = createDry(sense, setup.dryMm);
  let dueMs = 0;
  return () => {
    if (sense.board.uptimeMs() < dueMs) return;
    dueMs = sense.board.uptimeMs() + (setup.everyS || LEVEL_PERIOD_S) * 1000;
    measure(sense, setup, (level) => {
      setMeasured(sense, PLACE_ULTRASONIC, READING_LEVEL, level);
      if (typeof level === 'string') dueMs = 0;
      else tellDry(level);
    });
  };
}
