/*
 * What: every limit and fixed number of the wire and of the node, each with its unit. The gateway's own are in
 * gateway/limits/.
 * From where to where: read by shared/, firmware/, gateway/; esbuild inlines them into the chip's bundle.
 * Source: our own; PORTNUM from the private range 256..511 of Meshtastic's portnums.proto; STREAM_FRAME_BYTES_MAX from
 * Meshtastic's StreamAPI. Espruino-safe.
 */

/** Version of both messages; it also fixes the suite (Ed25519, COSE algorithm -8). */
export const WIRE_VERSION = 1;

/** A signed record or bulletin on the air, payload and signature. */
export const RECORD_BYTES_MAX = 200;
export const SIGNATURE_BYTES = 64;
/** RECORD_BYTES_MAX - SIGNATURE_BYTES. */
export const PAYLOAD_BYTES_MAX = 136;
/** SHA-256(public key)[0..3]. */
export const KEY_ID_BYTES = 4;
export const PUBLIC_KEY_BYTES = 32;

/** Boots of a node since its key was made, 1..this. */
export const EPOCH_MAX = 65535;
/** Records of one epoch, all kinds together, 1..this. */
export const SEQUENCE_MAX = 65535;
/** Counters, times and most other integers: below 2^32. */
export const UINT32_MAX = 4294967295;
/** Readings and event values: -2^31..2^31-1. */
export const INT32_MIN = -2147483648;
export const INT32_MAX = 2147483647;
/** 19 bits of status are defined. */
export const STATUS_MAX = 524287;

/** Length of one bucket of a record as nodes send it, minutes. */
export const BUCKET_MINUTES = 5;
/** The other length the codec reads: one hour. */
export const BUCKET_MINUTES_HOUR = 60;
/** A record's own buckets; more are earlier ones carried again. */
export const BUCKETS_PER_RECORD = 12;
export const BUCKETS_MAX = 48;
export const COUNTERS_MAX = 4;
export const READINGS_MAX = 16;
/** Reading ids, 1..this. */
export const READING_ID_MAX = 255;
/** Event codes, 1..this. */
export const EVENT_CODE_MAX = 7;

/** Entries of one bulletin. */
export const BULLETIN_ENTRIES_MAX = 16;
export const BULLETIN_ENTRY_BYTES = 7;
/** Slots of one bulletin group, groups of one gateway; slot = group * SLOTS_PER_GROUP + slotInGroup. */
export const SLOTS_PER_GROUP = 16;
export const GROUPS_MAX = 16;
/** Clock uncertainty is ceil(log2(seconds)); this value: unknown. */
export const CLOCK_UNKNOWN = 15;

/** Body of one frame on a Meshtastic serial or TCP stream. */
export const STREAM_FRAME_BYTES_MAX = 512;
/** Meshtastic port number of records and bulletins. */
export const PORTNUM = 287;
export const HOP_LIMIT = 3;
export const CHANNEL_NAME = 'serial';
