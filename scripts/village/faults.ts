/*
 * What goes wrong at the nodes of a village with --faults: power cuts, restarts, a radio that is off for days.
 * From: the seed. To: nodes and their radios, at their times. The last tenth of the time is quiet, so that all can arrive.
 * Source: the field: batteries are changed, technicians press reset, a radio's cable comes loose.
 */
import { createRandomStream } from '../../hardware/virtual/random';
import type { World } from '../../hardware/virtual/world';
import type { VillageNode } from './node';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Each node has a power cut and a restart in so much time, ms: twenty of each in thirty days. */
const ROUND_MS = 1.35 * DAY_MS;
/** All happens at multiples of this since the node's first boot (with power cuts a little later), ms: see schedule.ts. */
const GRID_MS = 10_000;
const CUT_OFFSET_MS = 2_900;
/** Longest time without power, ms. */
const DARK_MS_MAX = 6 * HOUR_MS;
/** The radio is off for so long, once, where there are days enough, ms. */
const RADIO_OFF_MS = 3 * DAY_MS;

/** How many of each were planned. */
export interface FaultCounts {
  powerCuts: number;
  restarts: number;
  radioOff: number;
}

function onGrid(ms: number): number {
  return Math.floor(ms / GRID_MS) * GRID_MS;
}

/** One node's faults, from its first boot on, in `lifeMs`. */
function planNode(world: World, node: VillageNode, seed: number, lifeMs: number): FaultCounts {
  const dice = createRandomStream(seed, `faults/${node.site.site}`);
  const counts = { powerCuts: 0, restarts: 0, radioOff: 0 };
  const quietMs = lifeMs * 0.9;
  const roundMs = onGrid(Math.min(ROUND_MS, quietMs / 2));
  for (let startMs = 0; startMs + roundMs <= quietMs; startMs += roundMs) {
    const half = roundMs / 2;
    const restartMs = node.bootMs + onGrid(startMs + dice.below(Math.floor(half / 2)));
    const cutMs = node.bootMs + onGrid(startMs + half + dice.below(Math.floor(half / 4)));
    const darkMs = GRID_MS + onGrid(dice.below(Math.min(DARK_MS_MAX, Math.floor(half / 2))));
    const kind = counts.restarts % 2 === 0 ? 'reboot' : 'reload';
    world.at(restartMs, () => node.power.restart(kind));
    world.at(cutMs + CUT_OFFSET_MS, node.power.cut);
    world.at(cutMs + darkMs, node.power.on);
    counts.restarts++;
    counts.powerCuts++;
  }
  if (quietMs > 3 * RADIO_OFF_MS) {
    const offMs = node.bootMs + dice.below(Math.floor(quietMs - 2 * RADIO_OFF_MS));
    world.at(offMs, () => node.setRadioWorking(false));
    world.at(offMs + RADIO_OFF_MS, () => node.setRadioWorking(true));
    counts.radioOff++;
  }
  return counts;
}

/** Plans all of it. `lifeMs`: how long the village runs, ms. */
export function scheduleFaults(
  world: World,
  nodes: VillageNode[],
  seed: number,
  lifeMs: number,
): FaultCounts {
  const all = { powerCuts: 0, restarts: 0, radioOff: 0 };
  for (const node of nodes) {
    const counts = planNode(world, node, seed, lifeMs);
    all.powerCuts += counts.powerCuts;
    all.restarts += counts.restarts;
    all.radioOff += counts.radioOff;
  }
  return all;
}
