/*
 * What: what the node knows of each record in its journal, in seven bytes each.
 * From where to where: journal.ts adds and drops, bulletins.ts marks, sender.ts chooses. Espruino-safe.
 */

/** Parallel columns, oldest record first; `recordCount` of them are in use, what lies behind is of no meaning. */
export interface RecordIndex {
  recordCount: number;
  /** Where the sender goes on looking for an older record to send again. */
  next: number;
  epochs: Uint16Array;
  sequences: Uint16Array;
  /** Page of the journal x 1024 + offset of the entry in its page in words of 4 bytes. */
  places: Uint16Array;
  /** 1 = the newest bulletin that speaks of it says it is stored. */
  covered: Uint8Array;
}

export function createRecordIndex(capacity: number): RecordIndex {
  return {
    recordCount: 0,
    next: 0,
    epochs: new Uint16Array(capacity),
    sequences: new Uint16Array(capacity),
    places: new Uint16Array(capacity),
    covered: new Uint8Array(capacity),
  };
}

/** Forgets the oldest `dropped` records. Gives whether one of them was not covered. */
export function dropOldest(index: RecordIndex, dropped: number): boolean {
  const uncovered = index.covered.indexOf(0);
  const columns = [index.epochs, index.sequences, index.places, index.covered];
  for (let i = 0; i < columns.length; i++) {
    columns[i].set(columns[i].subarray(dropped, index.recordCount), 0);
  }
  index.recordCount -= dropped;
  index.next = 0;
  return uncovered >= 0 && uncovered < dropped;
}

/**
 * Adds the newest record. When the index is full, room is made for more than one: moving it takes time. Gives whether one
 * that was not covered had to go.
 */
export function addRecord(
  index: RecordIndex,
  epoch: number,
  sequence: number,
  place: number,
  covered: number,
): boolean {
  const capacity = index.epochs.length;
  const isLost = index.recordCount === capacity && dropOldest(index, 1 + (capacity >> 5));
  const i = index.recordCount;
  index.epochs[i] = epoch;
  index.sequences[i] = sequence;
  index.places[i] = place;
  index.covered[i] = covered;
  index.recordCount = i + 1;
  return isLost;
}

/** Records of the newest epoch, if it is `epoch`. */
export function countOfEpoch(index: RecordIndex, epoch: number): number {
  const first = index.epochs.indexOf(epoch);
  return first < 0 ? 0 : Math.max(0, index.recordCount - first);
}
