/*
 * What: the closed list of why something that arrived was not taken. Bad input is a value: a reading function
 * returns what it read (an object) or one of these strings, so `typeof x === 'string'` is the test.
 * From where to where: every decoder and the gateway's judge -> counts, logs, status page.
 * Source: our own. Espruino-safe.
 */

export const REASONS = [
  /** Same (key, epoch, sequence) and the same bytes as a stored record: harmless, it was sent twice. */
  'duplicate',
  /** Same (key, epoch, sequence) as a stored record, other bytes: a fault or a fraud. */
  'conflict',
  /** Fewer bytes than the shortest message of its kind, or the bytes end inside an element. */
  'too-short',
  /** More bytes than the limit of its kind. */
  'too-long',
  /** Not the structure asked for: wrong type, wrong number of elements, trailing bytes, padding that is not 0. */
  'malformed',
  /** The same values can be written in another, the only allowed, way. */
  'not-canonical',
  /** A version of the format this program does not know. */
  'unknown-version',
  /** A kind of record this program does not know. */
  'unknown-kind',
  /** A value outside its limits, or values that contradict each other. */
  'out-of-range',
  /** No registered key has this key id. */
  'unknown-key',
  /** The key is registered but was replaced or retired. */
  'retired-key',
  /** The signature does not fit the bytes and the key. */
  'bad-signature',
  /** A packet on another Meshtastic port number. */
  'foreign-port',
  /** A packet on another Meshtastic channel. */
  'foreign-channel',
  /** A packet the radio could not decrypt. */
  'undecryptable',
  /** A packet that should have been addressed to this gateway and was not. */
  'not-addressed',
  /** A bulletin or a gateway key whose sequence is not newer than the last one taken. */
  'replayed',
  /** A gateway key that counts only from a later time on. */
  'not-yet-valid',
  /** It could not be stored, for the gateway's disk is full: the node keeps it and sends it again. */
  'disk-full',
  /** A frame of the serial or TCP stream that is no message. */
  'bad-frame',
] as const;

/** One word of the closed list. */
export type Reason = (typeof REASONS)[number];
