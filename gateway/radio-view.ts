/*
 * radio-view.ts: one radio as the status shows it.
 * Way: session, queue and facts of a radio's keeper (radio.ts) -> one plain object.
 */
import { CHANNEL_NAME } from '../shared/limits';
import { type RadioSummary, radioProblems, radioSummary, radioWarnings } from './core/radio-checks';
import type { RadioSession } from './core/radio-session';
import type { SendCounts, SendQueue } from './core/send-queue';
import type { GatewayClock } from './edges/clock';
import type { RadioFacts, RadioFigures } from './radio-facts';

/** State of a radio's session, as people and programs see it. */
export type SessionWord = 'closed' | 'syncing' | 'ready';

/** The states, the best first. */
export const SESSION_WORDS: readonly SessionWord[] = ['ready', 'syncing', 'closed'];

/** A radio as the status shows it. */
export interface RadioView extends RadioFigures {
  name: string;
  session: SessionWord;
  /** Number in the mesh; null = not known yet. */
  myNodeNum: number | null;
  /** What keeps it from serving, in words for people; null = nothing. */
  problem: string | null;
  /** What should be set otherwise, though it serves. */
  warnings: string[];
  info: RadioSummary;
  /** Places free in its queue by its last word; null = not told. */
  queueFree: number | null;
  /** Until when it may not send for the duty cycle, Unix s; null = it may. */
  blockedUntil: number | null;
  /** How many packets we gave it ended how. */
  sent: SendCounts;
}

/** What is looked at. */
export interface ViewDoors {
  doors: { name: string; clock: GatewayClock };
  session: RadioSession;
  queue: SendQueue;
  facts: RadioFacts;
  /** Why there is no session, for people. */
  why: string | null;
  /** What should be done about its address; null = nothing. */
  advice: string | null;
}

function problemOf({ session, why }: ViewDoors): string | null {
  if (session.state() !== 'ready') return why;
  return radioProblems(session.info(), CHANNEL_NAME).join('; ') || null;
}

/** The radio now. */
export function viewOf(keeper: ViewDoors, session: SessionWord): RadioView {
  const { doors, queue, facts } = keeper;
  const info = keeper.session.info();
  const settings = session === 'ready' ? radioWarnings(info, CHANNEL_NAME) : [];
  const blockedMs = queue.blockedUntilMs(doors.clock.steadyMs());
  const aheadMs = (blockedMs ?? 0) - doors.clock.steadyMs();
  const free = keeper.session.queueFree();
  return {
    name: doors.name,
    session,
    myNodeNum: info.myNodeNum || null,
    problem: problemOf(keeper),
    warnings: [
      ...settings,
      ...(keeper.advice === null ? [] : [keeper.advice]),
      ...facts.warnings(),
    ],
    info: radioSummary(info, CHANNEL_NAME),
    queueFree: free < 0 ? null : free,
    blockedUntil: blockedMs === null ? null : Math.ceil((doors.clock.nowMs() + aheadMs) / 1000),
    sent: queue.counts(),
    ...facts.figures(),
  };
}
