/*
 * memory-use.ts: how many of Espruino's variables a board's context would take: an estimate.
 * Way: the globals that a program made, and how long the text was that came over the console -> variables.
 * Source: Espruino 2v29: 12 characters a variable; per byte of source typed into RAM 0.13 variables stay, 0.31 at the peak
 * of a block (both from recorded uploads: 9,158 bytes left 1,257 variables; 16,649 bytes in one block need more than 5,100,
 * 9,158 fit in 2,950).
 */

/** Variables of an interpreter that runs nothing. */
export const IDLE_VARIABLES = 56;
const CHARACTERS_PER_VARIABLE = 12;
const FUNCTION_IN_FLASH_VARIABLES = 6;
/** Variables a byte of source takes for good, and while one block of it is read and run. */
export const VARIABLES_PER_BYTE = 0.131;
export const PEAK_VARIABLES_PER_BYTE = 0.31;
const VISITS_MAX = 20_000;

function ofText(text: string): number {
  return 1 + Math.ceil(text.length / CHARACTERS_PER_VARIABLE);
}

/** Shorter text is not looked for in Storage, characters. */
const FLASH_TEXT_CHARACTERS = 200;

/** Variables of everything that hangs on `roots`. `isFlash`: whether a text was read from Storage, where it stays. */
export function variablesOf(roots: unknown[], isFlash: (source: string) => boolean): number {
  const seen = new Set<unknown>();
  const waiting = [...roots];
  let sum = 0;
  while (waiting.length > 0 && seen.size < VISITS_MAX) {
    const value = waiting.pop();
    if (typeof value === 'string') {
      sum += value.length > FLASH_TEXT_CHARACTERS && isFlash(value) ? 1 : ofText(value);
    } else if (typeof value === 'number') sum += Number.isInteger(value) ? 1 : 2;
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) continue;
    if (seen.has(value)) continue;
    seen.add(value);
    sum++;
    if (ArrayBuffer.isView(value)) sum += 1 + Math.ceil(value.byteLength / CHARACTERS_PER_VARIABLE);
    else if (typeof value === 'function') {
      const source = Function.prototype.toString.call(value);
      if (/\[native code\]/.test(source)) continue;
      sum += isFlash(source) ? FUNCTION_IN_FLASH_VARIABLES : source.length * VARIABLES_PER_BYTE;
    } else {
      for (const [name, item] of Object.entries(value as object)) {
        if (!Array.isArray(value) && name.length > 8) sum++;
        waiting.push(item);
      }
    }
  }
  return Math.round(sum);
}
