/*
 * calibrate.ts: a known volume is poured several times; the volume of one pulse is worked out and written into the node.
 * Way: person and BoardSession (tw("calibrate")) -> statistics -> provision with a new calibration id; register tells the gateway.
 */
import { CALIBRATION_PULSES_MIN } from '../../firmware/node-limits';
import type { ActDoors } from './bench';
import type { BoardSession } from './board/board-session';
import { POURS_MAX, POURS_MIN, SPREAD_PERCENT_MAX } from './limits';
import { goOn, logged } from './logged';
import { provision } from './provision';
import { siteOf } from './sites';
import { Trouble } from './trouble';

/** Who pours. */
export interface Pourer {
  /** Resolves when the volume was poured. `pour`: 1, 2, … of `pours`. Rejects: Trouble cancelled. */
  poured(pour: number, pours: number, volumeMl: number): Promise<void>;
  /** Is told how many pulses that pour gave. */
  counted?(pour: number, pulses: number): void;
}

/** One measurement. */
export interface Pour {
  pulses: number;
  /** µL of a pulse by this pour alone. */
  pulseUl: number;
  /** Left out of the mean: it is far from the others. */
  isOutlier: boolean;
}

/** The statistics of all. */
export interface PourStatistics {
  pours: Pour[];
  /** Volume of all that count by their pulses, µL, whole. */
  pulseUl: number;
  /** Largest less smallest of those that count, as a part of the mean, percent, one digit. */
  spreadPercent: number;
}

function spreadOf(values: number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return ((Math.max(...values) - Math.min(...values)) / mean) * 100;
}

/** What `volumeMl`, poured each time, says. One outlier is left out, where at least three others agree. */
export function pourStatistics(pulses: number[], volumeMl: number): PourStatistics {
  const values = pulses.map((count) => (volumeMl * 1000) / count);
  const sorted = [...values].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  const far = values.reduce(
    (at, value, other) => (Math.abs(value - median) > Math.abs(values[at] - median) ? other : at),
    0,
  );
  const isNeeded = values.length > POURS_MIN + 1 && spreadOf(values) > SPREAD_PERCENT_MAX;
  const outlier = isNeeded ? far : -1;
  const kept = pulses.filter((_, at) => at !== outlier);
  const all = kept.reduce((sum, count) => sum + count, 0);
  return {
    pours: pulses.map((count, at) => ({
      ...{ pulses: count, pulseUl: Math.round(values[at]), isOutlier: at === outlier },
    })),
    pulseUl: Math.round((volumeMl * 1000 * kept.length) / all),
    spreadPercent: Math.round(spreadOf(values.filter((_, at) => at !== outlier)) * 10) / 10,
  };
}

/** What the calibration gave. */
export interface CalibrateResult extends PourStatistics {
  site: string;
  calibrationId: number;
  /** What the node had before, µL; 0 = none. */
  beforeUl: number;
  isDryRun: boolean;
}

async function pourAll(
  doors: ActDoors,
  session: BoardSession,
  person: Pourer,
  volumeMl: number,
  pours: number,
) {
  const pulses: number[] = [];
  for (let pour = 1; pour <= pours; pour++) {
    goOn(doors);
    await session.node('calibrate', 'start');
    doors.progress.step('pour', { pour, pours, volumeMl });
    await person.poured(pour, pours, volumeMl);
    const counted = Number((await session.node('calibrate', volumeMl)).pulses);
    if (counted < CALIBRATION_PULSES_MIN)
      throw new Trouble('few-pulses', { pulses: counted, needed: CALIBRATION_PULSES_MIN });
    person.counted?.(pour, counted);
    pulses.push(counted);
    doors.progress.share(pour / pours);
  }
  return pulses;
}

/**
 * Calibrates the meter of the site whose node is at the port. @param options volumeMl 1..1,000,000 each time; pours 2..10
 * Throws: Trouble not-provisioned, no-site, few-pulses, not-calibrated, bad-file, cancelled; what provision and a session throw.
 */
export function calibrate(
  doors: ActDoors,
  session: BoardSession,
  person: Pourer,
  { volumeMl, pours }: { volumeMl: number; pours: number },
): Promise<CalibrateResult> {
  return logged(doors, 'calibrate', async (notes) => {
    if (pours < POURS_MIN || pours > POURS_MAX)
      throw new Trouble('bad-file', { file: '--repeats', fault: `${POURS_MIN} … ${POURS_MAX}` });
    doors.progress.step('look');
    notes.device = (await session.identity()).serial;
    const { site } = await session.node('id');
    if (typeof site !== 'string') throw new Trouble('not-provisioned');
    notes.site = site;
    const known = siteOf(doors.bench.folder, site).nodes.at(-1)?.calibration ?? null;
    const pulses = await pourAll(doors, session, person, volumeMl, pours);
    const found = pourStatistics(pulses, volumeMl);
    const { pulseUl, spreadPercent } = found;
    Object.assign(notes.facts, { volumeMl, pulses: pulses.join(' '), pulseUl, spreadPercent });
    if (spreadPercent > SPREAD_PERCENT_MAX) throw new Trouble('not-calibrated', { spreadPercent });
    const result = {
      ...found,
      site,
      beforeUl: known?.volumePerPulseUl ?? 0,
      isDryRun: doors.isDryRun,
    };
    const calibrationId = (known?.id ?? 0) + 1;
    if (!doors.isDryRun) await provision(doors, session, { site, pulseUl, calibrationId });
    notes.facts.calibrationId = calibrationId;
    return { ...result, calibrationId };
  });
}
