/*
 * What happens at the sites: water flows and meals are served, at their times.
 * From: real tap days and the seed. To: each site's virtual board and, in the same moment, the world's own meter.
 * Source: design section 11: pulses enter a virtual meter in bulk, as a counter does.
 */
import type { World } from '../../hardware/virtual/world';
import { drawDay, PULSE_STEP_S, toPulses } from './flow';
import { drawMeals } from './meals';
import { addToMeter, type MeterHistory } from './meter';
import type { Site } from './sites';
import type { TapDay } from './taps';

const DAY_MS = 86_400_000;
/** Pulses arrive this long after a multiple of ten seconds since the node's boot: never at a firmware tick, ms. */
const PULSE_OFFSET_MS = 5_000;
/** Presses arrive this long after a whole second since the node's boot, ms: done long before the next second. */
const PRESS_OFFSET_MS = 300;

/** What the schedule needs of a site. `count` hands pulses (counter 0) or one press (0 adult, 1 child) to the board. */
export interface CountedSite {
  site: Site;
  bootMs: number;
  meters: MeterHistory[];
  count(counter: 0 | 1, count: number): void;
}

/** Something that happens: offset from the start of the site's day, ms, rising. */
interface Happening {
  offsetMs: number;
  counter: 0 | 1;
  count: number;
}

/** Runs a day's happenings one after the other; only one waits in the world's queue at a time. */
function runDay(world: World, site: CountedSite, startMs: number, day: Happening[]): void {
  let next = 0;
  const step = (): void => {
    const now = world.nowMs();
    while (next < day.length && startMs + day[next].offsetMs <= now) {
      const { counter, count } = day[next++];
      addToMeter(site.meters[counter], now, count);
      site.count(counter, count);
    }
    if (next < day.length) world.at(startMs + day[next].offsetMs, step);
  };
  if (day.length > 0) world.at(startMs + day[0].offsetMs, step);
}

/**
 * Schedules all days of a site, each at its start. The site's day begins with its node's boot (within the first minute
 * after midnight), so that no pulse can come before there is someone to count it.
 */
export function scheduleSite(
  world: World,
  site: CountedSite,
  taps: readonly TapDay[],
  seed: number,
  firstDay: number,
): void {
  let carryUl = 0;
  const name = site.site.site;
  const startDay = (day: number): void => {
    const startMs = site.bootMs + (day - firstDay) * DAY_MS;
    let happenings: Happening[];
    if (site.site.kind === 'canteen') {
      happenings = drawMeals(seed, name, day).map((press) => ({
        offsetMs: press.secondOfDay * 1000 + PRESS_OFFSET_MS,
        counter: press.counter,
        count: 1,
      }));
    } else {
      const pulses = toPulses(drawDay(taps, seed, name, day), site.meters[0].unitUl, carryUl);
      carryUl = pulses.carryUl;
      happenings = pulses.steps.map((step) => ({
        offsetMs: step.step * PULSE_STEP_S * 1000 + PULSE_OFFSET_MS,
        counter: 0,
        count: step.pulses,
      }));
    }
    runDay(world, site, startMs, happenings);
    world.at(startMs + DAY_MS, () => startDay(day + 1));
  };
  world.at(site.bootMs, () => startDay(firstDay));
}
