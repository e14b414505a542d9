/*
 * pod-days.ts: where a day begins for the people of a pod: at midnight in their time zone, as far as sums by the hour allow.
 * Way: name of a time zone and the time -> last midnight, Unix s -> facts and page.
 * Hours are UTC hours: in a zone half an hour off them the day begins half an hour after midnight. All days are cut by the
 * offset of today, also those before a change of summer time. Source: IANA's time zones, as Intl knows them.
 */

const DAY_S = 86_400;
const HOUR_S = 3600;
const MINUTE_S = 60;

/** The days of a pod. */
export interface PodDays {
  /** IANA name. */
  timeZone: string;
  /** The hour at or just after the last midnight, Unix s. */
  dayStartS(nowS: number): number;
}

/** Is there a time zone of this name? */
export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** What local clocks are ahead of UTC, s; negative west of it. */
function aheadS(parts: Intl.DateTimeFormat, nowS: number): number {
  const told = Object.fromEntries(
    parts.formatToParts(nowS * 1000).map(({ type, value }) => [type, Number(value)]),
  );
  const { year, month, day, hour, minute, second } = told;
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - nowS;
}

/** Makes them. @param timeZone a name that isTimeZone knows */
export function createPodDays(timeZone: string): PodDays {
  const number = '2-digit' as const;
  const parts = new Intl.DateTimeFormat('en-US-u-ca-iso8601', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: number, day: number },
    ...{ hour: number, minute: number, second: number },
  });
  let known = { minute: Number.NaN, shiftS: 0 };
  const shiftS = (nowS: number) => {
    const minute = Math.floor(nowS / MINUTE_S);
    // Down to whole hours: the day begins at midnight, or within the hour after it.
    if (known.minute !== minute)
      known = { minute, shiftS: Math.floor(aheadS(parts, nowS) / HOUR_S) * HOUR_S };
    return known.shiftS;
  };
  return {
    timeZone,
    dayStartS(nowS) {
      const localS = nowS + shiftS(nowS);
      return nowS - (((localS % DAY_S) + DAY_S) % DAY_S);
    },
  };
}

/** Days of UTC. */
export const UTC_DAYS: PodDays = { timeZone: 'UTC', dayStartS: (nowS) => nowS - (nowS % DAY_S) };
