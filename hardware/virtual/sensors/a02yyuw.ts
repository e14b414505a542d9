/*
 * The ultrasonic sensor A02YYUW at the level of its serial line: a frame each 100 ms while it has power.
 * From: a water surface that the world moves. To: a serial input of the virtual board.
 * Source: DFRobot SEN0311: 0xFF, high and low byte of the distance in mm, low byte of their sum; 9600 baud. Espruino-safe.
 */
import type { BoardPlugs } from '../board/plugs';

const BAUD = 9600;
const FRAME_MS = 100;

/** What goes wrong: the wire is off, every frame has a wrong sum, the line is noise, the echo jumps about. */
export type UltrasonicTrouble = '' | 'unplugged' | 'bad-sum' | 'noise' | 'jumps';

/** A sensor that looks at a surface. */
export interface UltrasonicSensor {
  /** From the sensor's face to the surface, mm; 0 = no echo. */
  distanceMm: number;
  trouble: UltrasonicTrouble;
  isPowered: boolean;
}

/** The four bytes of a distance, 0..65535 mm. */
export function frameOf(distanceMm: number): Uint8Array {
  const high = distanceMm >> 8;
  const low = distanceMm & 255;
  return new Uint8Array([255, high, low, (255 + high + low) & 255]);
}

/** A sensor on `rxPin`; `powerPin` -1: it always has power. */
export function createA02yyuw(
  plugs: BoardPlugs,
  rxPin: number,
  powerPin: number,
): UltrasonicSensor {
  const sensor: UltrasonicSensor = { distanceMm: 1000, trouble: '', isPowered: powerPin < 0 };
  let frames = 0;
  const send = (): void => {
    if (!sensor.isPowered) return;
    frames++;
    let mm = sensor.distanceMm;
    if (sensor.trouble === 'jumps') mm += (frames % 5) * 200;
    const frame = frameOf(mm);
    if (sensor.trouble === 'bad-sum') frame[3] = frame[3] ^ 1;
    if (sensor.trouble === 'noise')
      for (let i = 0; i < 4; i++) frame[i] = (frames * 37 + i * 91) & 127;
    if (sensor.trouble !== 'unplugged') plugs.serialIn(rxPin, BAUD, frame);
    plugs.at(plugs.nowMs() + FRAME_MS, send);
  };
  if (powerPin < 0) plugs.at(plugs.nowMs() + FRAME_MS, send);
  else {
    plugs.onPinWrite(powerPin, (level) => {
      const wasPowered = sensor.isPowered;
      sensor.isPowered = level === 1;
      if (sensor.isPowered && !wasPowered) plugs.at(plugs.nowMs() + 3 * FRAME_MS, send);
    });
  }
  return sensor;
}
