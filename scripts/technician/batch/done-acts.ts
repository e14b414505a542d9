/*
 * done-acts.ts: what the signed log says is done of a board and its site: the batch goes on behind that.
 * Way: log of the bench -> one-board.ts.
 */
import type { Profile } from '../../../firmware/profiles';
import { verifyLog } from '../bench-folder';
import type { LogLine } from '../bench-log';

/** Acts of a board that need not be done again. */
export type DoneAct = 'flash' | 'provision' | 'selftest' | 'register';

/** Parts that a board on the tray fails when no radio hangs on it. */
const RADIO_PARTS: readonly string[] = ['link', 'channel'];
/** Parts that an MDBT42Q has only with the program of its site, with which nobody can ask it at the cable. */
const SITE_PARTS: readonly string[] = ['configuration', 'journal', 'sensors'];

/** Parts of the self-test that may fail in a tray. */
export function partsNotCounted({ board }: Profile, hasRadio: boolean): readonly string[] {
  return [...(hasRadio ? [] : RADIO_PARTS), ...(board === 'nrf52832' ? SITE_PARTS : [])];
}

/** Parts that a line of the self-test names as failed. */
export function failedPartsOf({ facts }: LogLine): string[] {
  return String(facts.failed ?? '')
    .split(' ')
    .filter((part) => part !== '');
}

/** Does the line stand for a passed act? A self-test in which nothing that counts failed does. */
function isPassed(line: LogLine, notCounted: readonly string[]): boolean {
  if (line.outcome === 'done') return true;
  const failed = failedPartsOf(line);
  const isGood = failed.length > 0 && failed.every((part) => notCounted.includes(part));
  return line.act === 'selftest' && isGood;
}

/** What is done behind line `afterLine` of the log, and since the board's newest `undo`, with its line. Throws: Trouble bad-file. */
export function doneActs(
  folder: string,
  about: { device: string; site: string; notCounted: readonly string[]; afterLine: number },
): Map<DoneAct, LogLine> {
  const { device, site, notCounted, afterLine } = about;
  const done = new Map<DoneAct, LogLine>();
  for (const line of verifyLog(folder).lines.slice(afterLine)) {
    const isOfBoard = line.device === device && (line.site === null || line.site === site);
    if (line.act === 'undo' && isOfBoard) done.clear();
    if (!isPassed(line, notCounted)) continue;
    if (isOfBoard && (line.act === 'flash' || line.act === 'provision' || line.act === 'selftest'))
      done.set(line.act, line);
    // A line of register names the site only. One before the node got its site was another's.
    if (line.act === 'register' && line.site === site && done.has('provision'))
      done.set('register', line);
  }
  return done;
}
