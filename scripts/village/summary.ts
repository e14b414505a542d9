/*
 * The one line of a run that is over: what was drawn, and where every decilitre of it is now.
 * From: judge.ts. To: stdout (--json) or words for people. Source: docs/village.md defines each field.
 */

/** Where litres (as decilitres) or meals are. `open` and `drawn` may have decimals: whole pulses x µL. */
export interface Account {
  stored: number;
  journaled: number;
  /** Saved in hours that restarts cut short: in the counters of every later record, in no bucket. */
  between_boots: number;
  /** Without power, or lost in a power cut. */
  uncounted: number;
  open: number;
  lost: number;
}

/** The summary, in the order it is printed. */
export interface Summary {
  seed: number;
  days: number;
  sites: number;
  records: { sent: number; stored: number; duplicate: number; rejected: number };
  volume_dl: { drawn: number } & Account;
  meals: { served: number } & Account;
  delivered_percent: number;
  air_busy_percent: number;
}

/** µL in a decilitre. */
export const UL_PER_DL = 100_000;

/** Whole µL as decilitres: exact for multiples of 3125 µL (flow.ts), else the nearest double. */
export function ulToDl(volumeUl: number): number {
  return volumeUl / UL_PER_DL;
}

/** A share in percent with two decimals; 100 when there was nothing to share. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.round((part / whole) * 10_000) / 100;
}

/** A whole number with thin groups of three, for people. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ' ');
}

/** Only where there were restarts. */
function betweenWords(between: string, uncounted: string, account: Account): string {
  if (account.between_boots === 0 && account.uncounted === 0) return '';
  return ` + between boots ${between} + uncounted without power ${uncounted}`;
}

/** The summary in words, several lines. */
export function summaryWords(summary: Summary): string {
  const { records, volume_dl: volume, meals } = summary;
  const litres = (dl: number): string => `${(dl / 10).toFixed(1)} L`;
  return [
    `${summary.days} ${summary.days === 1 ? 'day' : 'days'}, ${summary.sites} sites (seed ${summary.seed})`,
    `water   drawn ${litres(volume.drawn)} = stored ${litres(volume.stored)} + in journals ${litres(volume.journaled)}` +
      `${betweenWords(litres(volume.between_boots), litres(volume.uncounted), volume)}` +
      ` + open ${litres(volume.open)} + lost ${litres(volume.lost)}`,
    `meals   served ${meals.served} = stored ${meals.stored} + in journals ${meals.journaled}` +
      `${betweenWords(`${meals.between_boots}`, `${meals.uncounted}`, meals)}` +
      ` + open ${meals.open} + lost ${meals.lost}`,
    `records sent ${records.sent}, stored ${records.stored}, duplicate ${records.duplicate}, rejected ${records.rejected};` +
      ` delivered ${summary.delivered_percent} %, air busy ${summary.air_busy_percent} %`,
  ].join('\n');
}
