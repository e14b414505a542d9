/*
 * bars.ts: one bar a day, as SVG made here. A day that was not counted whole is paler: there may be more.
 * Way: sums by day -> SVG; a table for screen readers is the sheet (/print).
 */
import { escapeHtml } from './html';

const DAY_MINUTES = 24 * 60;

/** A day. */
export interface DayBar {
  /** Meals, or 0.1 L. */
  count: number;
  /** How much of the day was counted, minutes of nodes. */
  minutes: number;
}

/** The drawing. @param label what it shows, in words */
export function barsSvg(days: readonly DayBar[], label: string): string {
  const most = Math.max(1, ...days.map(({ count }) => count));
  const rects = days.map(({ count, minutes }, at) => {
    const height = Math.round((count / most) * 880) / 10;
    const isWhole = minutes >= DAY_MINUTES;
    // A day of which nothing is known has no bar; a dry day has a thin one.
    if (minutes === 0) return '';
    const tall = Math.max(1, height);
    return `<rect${isWhole ? '' : ' class="part"'} x="${at * 10 + 1}" y="${90 - tall}" width="8" height="${tall}"/>`;
  });
  return `<svg class="bars" viewBox="0 0 ${days.length * 10} 90" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(label)}">${rects.join('')}</svg>`;
}
