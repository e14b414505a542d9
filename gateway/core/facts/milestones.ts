/*
 * milestones.ts: what the pod wants to reach by when, and how far it is, computed from stored records only.
 * Way: milestone and the facts of all sites -> progress, with the sites that nobody can tell of.
 * Pure. Source: Sphere's 15 L for "per person"; else our own definitions (docs/indicators.md).
 */
import { sumCompleteness } from './completeness';
import type { Answer3, Completeness, Reporter, SiteFacts } from './site-facts';

/**
 * litres-per-person: every water point gives so many litres a person and day. canteens-open, water-points-open: so many
 * more of them than when the milestone was set are open (used in the last seven days).
 */
export const MILESTONE_GOALS = ['litres-per-person', 'canteens-open', 'water-points-open'] as const;
export type MilestoneGoal = (typeof MILESTONE_GOALS)[number];

/** A row of the table milestone. */
export interface MilestoneRow {
  id: number;
  /** In the pod's own words. */
  title: string;
  goal: string;
  /** Litres, or sites more. */
  target: number;
  /** Open sites when it was set; 0 for litres. */
  base: number;
  /** Unix s. */
  dueS: number;
  madeS: number;
  clockState: string;
  reporter: string;
  /** Unix s; null = it is a goal. */
  endedS: number | null;
}

/** What one site does for it. value: litres a person and day, or 1 = open. */
export interface SiteProgress {
  site: string;
  answer: Answer3;
  value: number | null;
}

/** A milestone and how far it is. */
export interface Milestone {
  id: number;
  title: string;
  goal: MilestoneGoal;
  target: number;
  base: number;
  /** Unix s. */
  due: number;
  made: number;
  madeBy: Reporter;
  ended: number | null;
  /** Sites that reach it, or open ones above the base. */
  reached: number;
  /** Sites that must reach it, or how many more are wanted. */
  of: number;
  /** Sites of which nobody can tell: they are not counted as reached. */
  unknown: number;
  /** 'yes': reached. 'no': not. 'unknown': it hangs on sites of which nobody can tell, or there are none. */
  answer: Answer3;
  sites: SiteProgress[];
  completeness: Completeness;
}

function isOpen(site: SiteFacts): Answer3 {
  if (site.status.word === 'removed') return 'no';
  const week = site.totals.find(({ period }) => period === 'week');
  if (week === undefined) return 'unknown';
  if (Object.values(week.counters).some((value) => value > 0)) return 'yes';
  return week.completeness.counted === week.completeness.expected && week.completeness.expected > 0
    ? 'no'
    : 'unknown';
}

/** Which kind of site counts for a goal. */
function kindOf(goal: MilestoneGoal): SiteFacts['kind'] {
  return goal === 'canteens-open' ? 'canteen' : 'water-point';
}

function litresProgress(site: SiteFacts, target: number): SiteProgress {
  const litres = site.indicators.find(({ key }) => key === 'sphere-litres');
  const value = typeof litres?.value === 'number' ? litres.value : null;
  if (value === null) return { site: site.site, answer: 'unknown', value };
  return { site: site.site, answer: value >= target ? 'yes' : 'no', value };
}

function openProgress(site: SiteFacts): SiteProgress {
  const answer = isOpen(site);
  return { site: site.site, answer, value: answer === 'unknown' ? null : answer === 'yes' ? 1 : 0 };
}

/** How many sites of the goal's kind are open: the base of a new milestone. */
export function openSites(goal: MilestoneGoal, sites: SiteFacts[]): number {
  if (goal === 'litres-per-person') return 0;
  return sites.filter((site) => site.kind === kindOf(goal) && isOpen(site) === 'yes').length;
}

function answerOf(reached: number, of: number, unknown: number): Answer3 {
  if (of > 0 && reached >= of) return 'yes';
  return of === 0 || reached + unknown >= of ? 'unknown' : 'no';
}

/** How far a milestone is. Sites without node are not asked for litres. */
export function milestoneOf(row: MilestoneRow, all: SiteFacts[]): Milestone {
  const goal = row.goal as MilestoneGoal;
  const counted = all.filter(
    ({ kind, status }) => kind === kindOf(goal) && status.word !== 'removed',
  );
  const isLitres = goal === 'litres-per-person';
  const sites = counted.map((site) =>
    isLitres ? litresProgress(site, row.target) : openProgress(site),
  );
  const yes = sites.filter(({ answer }) => answer === 'yes').length;
  const unknown = sites.filter(({ answer }) => answer === 'unknown').length;
  const reached = isLitres ? yes : Math.max(0, yes - row.base);
  const of = isLitres ? sites.length : row.target;
  const weeks = counted.flatMap(({ totals }) => totals.filter(({ period }) => period === 'week'));
  return {
    ...{ id: row.id, title: row.title, goal, target: row.target, base: row.base },
    ...{ due: row.dueS, made: row.madeS, madeBy: row.reporter as Reporter, ended: row.endedS },
    ...{ reached, of, unknown, answer: answerOf(reached, of, unknown), sites },
    completeness: sumCompleteness(weeks.map(({ completeness }) => completeness)),
  };
}
