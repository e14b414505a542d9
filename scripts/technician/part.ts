/*
 * part.ts: one part of the self-test: pass, fail or not known, and what was measured.
 * Way: selftest.ts, heard.ts -> results -> verbs, page, report.
 */

/** How a part does. `unknown`: it could not be asked; that fails nothing. */
export interface PartResult {
  /** Name; its words are below `part.` and `advice.`. */
  part: string;
  outcome: 'pass' | 'fail' | 'unknown';
  /** What was measured, or what the node says itself. */
  value: string;
}

/** A result from what was found; null = not known. */
export const part = (name: string, isGood: boolean | null, value: unknown): PartResult => ({
  part: name,
  outcome: isGood === null ? 'unknown' : isGood ? 'pass' : 'fail',
  value: value === undefined || value === null ? '' : String(value),
});
