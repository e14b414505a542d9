/*
 * done-acts.ts: what the signed log says is done of a board and its site: the batch goes on behind that.
 * Way: log of the bench -> one-board.ts.
 */
import { verifyLog } from '../bench-folder';
import type { LogLine } from '../bench-log';

/** Acts of a board that need not be done again. */
export type DoneAct = 'flash' | 'provision' | 'selftest' | 'register';

/** Parts that a board on the tray fails when no radio hangs on it. */
export const RADIO_PARTS: readonly string[] = ['link', 'channel'];

/** Parts that a line of the self-test names as failed. */
export function failedPartsOf({ facts }: LogLine): string[] {
  return String(facts.failed ?? '')
    .split(' ')
    .filter((part) => part !== '');
}

/** Does the line stand for a passed act? A self-test that found only the radio missing does, unless radios are there. */
function isPassed(line: LogLine, hasRadio: boolean): boolean {
  if (line.outcome === 'done') return true;
  const failed = failedPartsOf(line);
  const isRadioOnly = failed.length > 0 && failed.every((part) => RADIO_PARTS.includes(part));
  return line.act === 'selftest' && !hasRadio && isRadioOnly;
}

/** What is done behind line `afterLine` of the log, and since the board's newest `undo`, with its line. Throws: Trouble bad-file. */
export function doneActs(
  folder: string,
  about: { device: string; site: string; hasRadio: boolean; afterLine: number },
): Map<DoneAct, LogLine> {
  const { device, site, hasRadio, afterLine } = about;
  const done = new Map<DoneAct, LogLine>();
  for (const line of verifyLog(folder).lines.slice(afterLine)) {
    const isOfBoard = line.device === device && (line.site === null || line.site === site);
    if (line.act === 'undo' && isOfBoard) done.clear();
    if (!isPassed(line, hasRadio)) continue;
    if (isOfBoard && (line.act === 'flash' || line.act === 'provision' || line.act === 'selftest'))
      done.set(line.act, line);
    // A line of register names the site only. One before the node got its site was another's.
    if (line.act === 'register' && line.site === site && done.has('provision'))
      done.set('register', line);
  }
  return done;
}
