/*
 * logged.ts: each act ends with one line in the bench's log, done or failed.
 * Way: act -> here -> Bench.log.
 */
import type { ActDoors, LogEntry } from './bench';
import { Trouble } from './trouble';

/** What an act finds out about itself while it runs. Facts are shown to anybody: no secret. */
export interface ActNotes {
  device: string;
  site: string | null;
  facts: Record<string, string | number | boolean>;
  /** Set by an act that found something wrong and ends all the same. */
  trouble: LogEntry['trouble'];
}

/** Runs an act and writes its line; with --dry-run none. Throws: what the act throws. */
export async function logged<T>(
  { bench, isDryRun }: ActDoors,
  act: string,
  work: (notes: ActNotes) => Promise<T>,
): Promise<T> {
  const notes: ActNotes = { device: '', site: null, facts: {}, trouble: null };
  const write = (outcome: LogEntry['outcome'], trouble: LogEntry['trouble']) => {
    if (!isDryRun) bench.log({ ...notes, act, outcome, trouble });
  };
  let result: T;
  try {
    result = await work(notes);
  } catch (error) {
    if (error instanceof Trouble) write('failed', error.code);
    throw error;
  }
  write(notes.trouble === null ? 'done' : 'failed', notes.trouble);
  return result;
}

/** Throws: Trouble cancelled, when the person asked to stop. */
export function goOn({ signal }: ActDoors): void {
  if (signal.aborted) throw new Trouble('cancelled');
}
