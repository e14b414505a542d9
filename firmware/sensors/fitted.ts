/*
 * What: starts a sensor where it is wired, and keeps what goes wrong in it away from counting.
 * From where to where: kinds/*.ts wrap each optional sensor in it; node.ts starts it as any other. Espruino-safe.
 */
import { setFault } from '../sense/readings';
import type { Sense, Sensor } from '../sense/sense';
import type { Wiring } from './wiring';

/** Starts a sensor with its part of the wiring; gives what to do at each tick. */
export type FittedSensor<Name extends keyof Wiring> = (
  sense: Sense,
  setup: NonNullable<Wiring[Name]>,
) => () => void;

function restUnwired(): void {}

/** A door of the board. Throws: the board does not have it. */
export function need<Door>(door: Door | undefined): Door {
  if (!door) throw new Error('not on this board');
  return door;
}

/** Does `run`; what it throws becomes the sensor's fault. */
function runGuarded(sense: Sense, place: number, run: () => void): void {
  try {
    run();
  } catch (error) {
    setFault(sense, place, String(error));
  }
}

/**
 * A sensor that only starts where `config.wiring` names it. One that cannot start, or throws at a tick, has a fault;
 * the others and the counting go on.
 */
export function fitted<Name extends keyof Wiring>(
  name: Name,
  place: number,
  start: FittedSensor<Name>,
): Sensor {
  return (sense) => {
    const wiring = sense.config.wiring;
    const setup = wiring ? wiring[name] : undefined;
    if (!setup) return restUnwired;
    let tick = restUnwired;
    runGuarded(sense, place, () => {
      tick = start(sense, setup as NonNullable<Wiring[Name]>);
    });
    return () => runGuarded(sense, place, tick);
  };
}
