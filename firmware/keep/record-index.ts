/*
 * What: what the node knows of each record in its journal, in a few bytes each.
 * From where to where: journal.ts adds and drops, bulletins.ts marks, sender.ts chooses. Espruino-safe.
 */

/** Parallel columns, oldest record first; `recordCount` of them are in use. */
export interface RecordIndex {
  recordCount: number;
  epochs: Uint16Array;
  sequences: Uint16Array;
  /** Page of the journal. */
  pages: Uint8Array;
  /** Offset of the entry in its page, bytes. */
  offsets: Uint16Array;
  /** 1 = the newest bulletin that speaks of it says it is stored. */
  covered: Uint8Array;
  /** Attempts to send since boot, up to 255. */
  attempts: Uint8Array;
  /** Uptime of the last attempt, s; 0 = none. */
  triedS: Uint32Array;
  /** Not sent before this uptime, s. */
  notBeforeS: Uint32Array;
}

export function createRecordIndex(capacity: number): RecordIndex {
  return {
    recordCount: 0,
    epochs: new Uint16Array(capacity),
    sequences: new Uint16Array(capacity),
    pages: new Uint8Array(capacity),
    offsets: new Uint16Array(capacity),
    covered: new Uint8Array(capacity),
    attempts: new Uint8Array(capacity),
    triedS: new Uint32Array(capacity),
    notBeforeS: new Uint32Array(capacity),
  };
}

/** Forgets the oldest `dropped` records. */
export function dropOldest(index: RecordIndex, dropped: number): void {
  const columns = [
    index.epochs,
    index.sequences,
    index.pages,
    index.offsets,
    index.covered,
    index.attempts,
    index.triedS,
    index.notBeforeS,
  ];
  for (let i = 0; i < columns.length; i++) {
    columns[i].set(columns[i].subarray(dropped, index.recordCount), 0);
  }
  index.recordCount -= dropped;
}

/** Adds the newest record, not covered and never tried. */
export function addRecord(
  index: RecordIndex,
  epoch: number,
  sequence: number,
  page: number,
  offset: number,
): void {
  if (index.recordCount === index.epochs.length) dropOldest(index, 1);
  const i = index.recordCount;
  index.epochs[i] = epoch;
  index.sequences[i] = sequence;
  index.pages[i] = page;
  index.offsets[i] = offset;
  index.covered[i] = 0;
  index.attempts[i] = 0;
  index.triedS[i] = 0;
  index.notBeforeS[i] = 0;
  index.recordCount = i + 1;
}

/** Records of one epoch. */
export function countOfEpoch(index: RecordIndex, epoch: number): number {
  let count = 0;
  for (let i = 0; i < index.recordCount; i++) {
    if (index.epochs[i] === epoch) count++;
  }
  return count;
}
