/*
 * What: what a sensor is given, and what it may tell.
 * From where to where: node.ts makes one Sense for all sensors; sensors write counters, readings and faults into it,
 * record-maker.ts reads them. Types only.
 */
import type { Board, NodeConfig } from '../board';
import type { Counting } from './counting';

/** The place where sensing meets keeping. */
export interface Sense {
  board: Board;
  config: NodeConfig;
  counting: Counting;
  /** Newest readings [id, value] as in shared/record.ts, ids ascending. What cannot be trusted now is not in it. */
  readings: number[][];
  /** One bit for each sensor that does not work now; any of them sets "sensor fault" in the status. */
  faults: number;
  /** Why, by the place of the bit, for the technician; '' = it works. Left out by programs without a console. */
  faultReasons?: string[];
  /** Status bits that sensors hold while they last: tamper, leak, pulses lost. */
  flags: number;
  /** Tells something at once, in a record of its own; too much of the same is held back there. */
  raise: (eventCode: number, value: number) => void;
}

/** Starts one sensor; gives what to do at each tick (TICK_MS). */
export type Sensor = (sense: Sense) => () => void;
