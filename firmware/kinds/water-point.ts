/*
 * What: a water point with one meter: counter 0 volume in tenths of a litre, counter 1 draws.
 * From where to where: entries/ -> node.ts. Espruino-safe.
 */
import type { Kind } from '../node';
import { pulseMeter } from '../sensors/pulse-meter';

export const waterPoint: Kind = { kind: 1, counterCount: 2, sensors: [pulseMeter] };
