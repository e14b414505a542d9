/*
 * nearest.ts: the name somebody probably meant.
 * Way: a misspelled option and the right names -> "did you mean".
 * Source: Levenshtein distance with neighbouring letters swapped counted once (optimal string alignment).
 */

/** Longest name that is compared, letters. */
const NAME_MAX = 64;

/** How many letters must be put in, taken out, changed or swapped with their neighbour. */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + same);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.length];
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9.]/g, '');
}

/** The nearest of these names; null = none is near. */
export function nearest(name: string, names: readonly string[]): string | null {
  if (name.length > NAME_MAX) return null;
  let best: string | null = null;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const one of names) {
    const far = distance(plain(name), plain(one));
    if (far < least) {
      least = far;
      best = one;
    }
  }
  return best;
}
