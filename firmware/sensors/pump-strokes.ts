/*
 * What: strokes of a hand pump, by an accelerometer on its handle.
 * From where to where: interrupt -> the handle's axis ten times a second while it moves -> counter 2 (strokes). The axis
 * turns with the handle, so gravity along it swings up and down: each swing up is one stroke.
 * Page: docs/sensors/pump-strokes.md. Espruino-safe.
 */
import { addCount } from '../sense/counting';
import { setFault } from '../sense/readings';
import type { Sense } from '../sense/sense';
import { need } from './fitted';
import { type Accelerometer, checkSetup, readAxisMg, setUp, takeInterrupt } from './lis2dh12';
import {
  ACCELERATION_STEP_MG,
  ACCELEROMETER_ADDRESS,
  PLACE_STROKES,
  STROKE_REST_MS,
  STROKE_SAMPLE_MS,
  SWING_MG,
  WAKE_WRONG_TICKS,
} from './sensor-limits';
import type { Wiring } from './wiring';

const COUNTER_STROKES = 2;

type Setup = NonNullable<Wiring['strokes']>;

/** Where the handle was last seen to turn. */
export interface Swing {
  /** The last turning point so far, mg: the lowest on the way down, the highest on the way up. */
  turnMg: number;
  isUp: boolean;
}

/** Takes the axis' next value; true = a stroke: the handle has swung up by `swingMg` from its lowest. */
export function takeSwing(swing: Swing, mg: number, swingMg: number): boolean {
  const movedMg = swing.isUp ? swing.turnMg - mg : mg - swing.turnMg;
  if (movedMg < 0) swing.turnMg = mg;
  if (movedMg < swingMg) return false;
  swing.isUp = !swing.isUp;
  swing.turnMg = mg;
  return swing.isUp;
}

/** Watches the handle from the interrupt until it rests. Gives what wakes it. */
function createWatcher(sense: Sense, setup: Setup, chip: Accelerometer): () => void {
  const board = sense.board;
  const swingMg = setup.swingMg || SWING_MG;
  const swing: Swing = { turnMg: 0, isUp: false };
  let isAwake = false;
  let restAtMs = 0;
  const sample = (): void => {
    const mg = readAxisMg(chip, setup.axis || 0);
    const wasUp = swing.isUp;
    if (mg !== null && takeSwing(swing, mg, swingMg)) addCount(sense.counting, COUNTER_STROKES, 1);
    if (swing.isUp !== wasUp) restAtMs = board.uptimeMs() + STROKE_REST_MS;
    isAwake = mg !== null && board.uptimeMs() < restAtMs;
    if (isAwake) board.after(STROKE_SAMPLE_MS, sample);
    else takeInterrupt(chip);
  };
  return () => {
    if (isAwake) return;
    const mg = readAxisMg(chip, setup.axis || 0);
    if (mg === null) return;
    isAwake = true;
    swing.turnMg = mg;
    swing.isUp = false;
    restAtMs = board.uptimeMs() + STROKE_REST_MS;
    board.after(STROKE_SAMPLE_MS, sample);
  };
}

/** Sets the chip up, and again whenever it lost its settings; the wire of the interrupt is judged at each tick. */
export function pumpStrokes(sense: Sense, setup: Setup): () => void {
  const board = sense.board;
  const readPin = need(board.readPin);
  const threshold = Math.floor((setup.swingMg || SWING_MG) / (4 * ACCELERATION_STEP_MG));
  const chip: Accelerometer = {
    bus: need(board.i2c)(setup.sda, setup.scl),
    address: setup.address || ACCELEROMETER_ADDRESS,
    threshold: Math.max(1, Math.min(127, threshold)),
  };
  const wake = createWatcher(sense, setup, chip);
  let wrongTicks = 0;
  need(board.watchPin)(setup.wakePin, 'down', 1, (level) => {
    if (level === 0) return;
    wrongTicks = 0;
    wake();
  });
  setUp(chip);
  return () => {
    const reason = checkSetup(chip);
    setFault(sense, PLACE_STROKES, reason);
    if (reason === 'lost its settings') setUp(chip);
    if (reason) return;
    const wasHigh = readPin(setup.wakePin) === 1;
    const wasHeld = takeInterrupt(chip);
    if (wasHigh !== wasHeld) wrongTicks++;
    else if (wasHigh) wrongTicks = 0;
    if (wasHeld) wake();
    if (wrongTicks < WAKE_WRONG_TICKS) return;
    setFault(sense, PLACE_STROKES, wasHigh ? 'wake wire stuck high' : 'wake wire broken');
  };
}
