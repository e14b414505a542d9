/*
 * bulletin-schedule.ts: when the bulletin of each group of 16 slots is due.
 * Way: the gateway's tick asks what is due; what was really sent is told back.
 * Pure. Source: design section 6: "each group of 16 slots has its fixed minute of the hour"; a node
 * without time is answered early, so that it need not wait an hour for its first date.
 */
import { groupMinute } from '../../shared/bulletin';
import {
  BULLETIN_RETRY_MS,
  EARLY_BULLETIN_ANSWERS_MS,
  EARLY_BULLETIN_BURST,
  EARLY_BULLETIN_DELAY_MS,
  EARLY_BULLETIN_GAP_MS,
} from '../limits/bulletins';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Number of the hour that began last with this group's minute. */
function hourIndex(group: number, nowMs: number): number {
  return Math.floor((nowMs - groupMinute(group) * MINUTE_MS) / HOUR_MS);
}

interface GroupPlan {
  /** hourIndex at which the last regular bulletin went out (or the gateway began). */
  toldHour: number;
  /** Steady time at which an early or repeated bulletin is due, ms; null = none. */
  earlyMs: number | null;
  /** Steady time at which the newest node without clock was heard, ms; null = it was answered. */
  askedMs: number | null;
  /** Up to when the early bulletins sent so far are paid for, steady ms. */
  paidUntilMs: number;
}

const BURST_MS = EARLY_BULLETIN_BURST * EARLY_BULLETIN_GAP_MS;

/** When an early bulletin may go, asked for at `askedMs`: after its delay, and when it is paid for but for a burst. */
function earliestMs({ paidUntilMs }: GroupPlan, askedMs: number): number {
  const owedMs = paidUntilMs - askedMs;
  // Much more than a burst is never owed: such a clock was set back.
  const waitMs = owedMs > 2 * BURST_MS ? 0 : owedMs - BURST_MS + EARLY_BULLETIN_GAP_MS;
  return askedMs + Math.max(EARLY_BULLETIN_DELAY_MS, waitMs);
}

function pay(plan: GroupPlan, steadyMs: number): void {
  const untilMs = Math.max(plan.paidUntilMs, steadyMs) + EARLY_BULLETIN_GAP_MS;
  plan.paidUntilMs = Math.min(untilMs, steadyMs + BURST_MS);
}

/**
 * Plans of all groups in use. `nowMs`: Unix ms of the gateway's clock, which may jump: it decides the minute. `steadyMs`: a clock
 * that never jumps: it decides every wait. Without it both are one.
 */
export interface BulletinSchedule {
  /** Makes groups known. The first regular bulletin is due at the group's next minute. */
  setGroups(groups: number[], nowMs: number): void;
  /** A node without clock was heard: an early bulletin becomes due within 1 min, rate-limited. */
  heardWithoutClock(group: number, nowMs: number, steadyMs?: number): void;
  /** Groups whose bulletin is due now, ascending. They stay due until sent() or failed(). */
  due(nowMs: number, steadyMs?: number): number[];
  /** A bulletin of the group was handed to the radio. */
  sent(group: number, nowMs: number, steadyMs?: number): void;
  /** The radio refused it: due again after BULLETIN_RETRY_MS. */
  failed(group: number, nowMs: number, steadyMs?: number): void;
}

/** Makes an empty schedule. */
export function createBulletinSchedule(): BulletinSchedule {
  const plans = new Map<number, GroupPlan>();
  const planOf = (group: number): GroupPlan => {
    const plan = plans.get(group);
    if (plan === undefined) throw new Error(`bulletin group ${group} was never set`);
    return plan;
  };
  return {
    setGroups(groups, nowMs) {
      for (const group of groups) {
        if (plans.has(group)) continue;
        plans.set(group, {
          ...{ toldHour: hourIndex(group, nowMs), earlyMs: null, askedMs: null },
          paidUntilMs: Number.NEGATIVE_INFINITY,
        });
      }
    },
    heardWithoutClock(group, nowMs, steadyMs = nowMs) {
      const plan = planOf(group);
      plan.askedMs = steadyMs;
      plan.earlyMs = Math.min(plan.earlyMs ?? Number.POSITIVE_INFINITY, earliestMs(plan, steadyMs));
    },
    due(nowMs, steadyMs = nowMs) {
      return [...plans]
        .filter(
          ([group, plan]) =>
            hourIndex(group, nowMs) !== plan.toldHour ||
            (plan.earlyMs !== null && plan.earlyMs <= steadyMs),
        )
        .map(([group]) => group)
        .sort((a, b) => a - b);
    },
    sent(group, nowMs, steadyMs = nowMs) {
      const plan = planOf(group);
      if (hourIndex(group, nowMs) === plan.toldHour) pay(plan, steadyMs);
      plan.toldHour = hourIndex(group, nowMs);
      plan.earlyMs = null;
      // One that was heard just now does not listen yet: it has its own answer.
      const { askedMs } = plan;
      const isAnswered = askedMs === null || steadyMs - askedMs >= EARLY_BULLETIN_ANSWERS_MS;
      if (isAnswered) plan.askedMs = null;
      else plan.earlyMs = earliestMs(plan, askedMs);
    },
    failed(group, nowMs, steadyMs = nowMs) {
      const plan = planOf(group);
      plan.toldHour = hourIndex(group, nowMs);
      plan.earlyMs = steadyMs + BULLETIN_RETRY_MS;
    },
  };
}
