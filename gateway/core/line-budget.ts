/*
 * line-budget.ts: which log lines are written: repeats are counted instead, and an hour has a limit. A radio that is away
 * for a month must not fill the journal, for that wears the SD card.
 * Way: line and time -> lines to write now.
 * Pure: time is an argument, ms of a steady clock.
 */
import { LOG_LINES_PER_HOUR, LOG_REPEAT_MS, LOG_REPEATS_MAX } from '../limits/operations';

/** Decides about lines. */
export interface LineBudget {
  /** A line wants to be written. @returns what to write now, in order. */
  take(line: string, nowMs: number): string[];
}

const HOUR_MS = 3_600_000;

interface Repeated {
  sinceMs: number;
  more: number;
}

/** Starts with nothing written. */
export function createLineBudget(): LineBudget {
  const seen = new Map<string, Repeated>();
  let hourMs = Number.NEGATIVE_INFINITY;
  let written = 0;
  let leftOut = 0;
  /** Lines whose time is over: how often they came since they were written. In order of writing, so the first are the oldest. */
  const over = (nowMs: number): string[] => {
    const lines: string[] = [];
    for (const [line, { sinceMs, more }] of seen) {
      if (nowMs - sinceMs < LOG_REPEAT_MS) break;
      seen.delete(line);
      if (more > 0)
        lines.push(`${line} (${more} more times in ${Math.round((nowMs - sinceMs) / 60_000)} min)`);
    }
    return lines;
  };
  const withinHour = (lines: string[], nowMs: number): string[] => {
    const head: string[] = [];
    if (nowMs - hourMs >= HOUR_MS) {
      if (leftOut > 0) head.push(`log: ${leftOut} lines were left out, there were too many`);
      hourMs = nowMs;
      written = 0;
      leftOut = 0;
    }
    const room = Math.max(0, LOG_LINES_PER_HOUR - written);
    const some = lines.slice(0, room);
    written += some.length;
    leftOut += lines.length - some.length;
    return [...head, ...some];
  };
  return {
    take(line, nowMs) {
      const lines = over(nowMs);
      const known = seen.get(line);
      if (known) known.more += 1;
      else {
        lines.push(line);
        const oldest = seen.keys().next().value;
        if (seen.size >= LOG_REPEATS_MAX && oldest !== undefined) seen.delete(oldest);
        seen.set(line, { sinceMs: nowMs, more: 0 });
      }
      return withinHour(lines, nowMs);
    },
  };
}
