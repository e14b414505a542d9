/*
 * Adds up what a node draws in a day, and says how long its cells last and what panel it needs.
 * From: lines of current and time. To: scripts/bench/energy.ts, docs. Pure.
 */
import { CELLS, type Current, SUN } from './currents';

const DAY_S = 86_400;
const DAYS_A_YEAR = 365.25;

/** One part of one node: its current, for so long a day. */
export interface Line {
  current: Current;
  secondsPerDay: number;
}

/** A node and its lines. */
export interface NodeLedger {
  name: string;
  lines: Line[];
}

/** Always on. */
export function always(current: Current): Line {
  return { current, secondsPerDay: DAY_S };
}

/** For so many seconds a day, 0..86,400. Throws: more than a day has. */
export function during(current: Current, secondsPerDay: number): Line {
  if (secondsPerDay < 0 || secondsPerDay > DAY_S) throw new Error(`${current.what}: no such day`);
  return { current, secondsPerDay };
}

/** Charge of a line, mAh a day. */
export function chargeOf({ current, secondsPerDay }: Line): number {
  return (current.ma * secondsPerDay) / 3600;
}

/** Charge of a node, mAh a day. */
export function chargePerDay(node: NodeLedger): number {
  return node.lines.reduce((all, line) => all + chargeOf(line), 0);
}

/** How long the cells last without sun, years. */
export function yearsOf(node: NodeLedger): number {
  return (CELLS.mAh * CELLS.usable) / chargePerDay(node) / DAYS_A_YEAR;
}

/** The panel that gives back a day's charge in a day of the worst month, W. */
export function panelW(node: NodeLedger): number {
  const wattHours = (chargePerDay(node) / 1000) * SUN.volts;
  return wattHours / (SUN.worstHours * SUN.efficiency);
}
