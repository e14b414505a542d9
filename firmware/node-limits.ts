/*
 * What: the node's own limits and rhythms, each with its unit. The wire's are in shared/limits.ts.
 * From where to where: read by the rooms of the firmware. esbuild writes constants in as numbers only from files
 * that import nothing; elsewhere each would cost the chip a variable.
 */

/** Sensors are read this often, ms. */
export const TICK_MS = 10000;
export const BUCKET_MS = 300000;
export const BUCKET_S = 300;
/** Buckets kept in memory: this hour's and the hour before. */
export const BUCKETS_KEPT = 24;
/** The watchdog resets a node that has not ticked for so long, s. */
export const WATCHDOG_S = 60;
/** A button must rest this long, ms. */
export const DEBOUNCE_MS = 50;

/** The sender looks for something to send this often, ms: also the most records a minute. */
export const SEND_PERIOD_MS = 60000;
/** A fresh record goes out at a moment of the node's own within this time, s. */
export const SEND_JITTER_S = 1200;
/** A record of this epoch that was never tried does not wait like older ones, unless it has been due for so long, s. */
export const FRESH_S = 3600;
/** Records that are sent at times of their own; the others wait for their turn. */
export const RECENT_RECORDS = 6;
/** Older records go out at most once in this time, s: after an outage of days the mesh must not drown. */
export const CATCH_UP_S = 300;
/** Without a bulletin that should have told of it, a record is sent again after this, s. */
export const RESEND_S = 4200;
/** First wait after a failed attempt, s; it doubles up to the next one. */
export const RETRY_S_MIN = 120;
export const RETRY_S_MAX = 7200;
/** A record sent this long before a bulletin should be in it, s. */
export const BULLETIN_LAG_S = 180;

/** Something that happens again is told again after this, s; only the last is kept that long. */
export const EVENT_GAP_S = 600;
/** Events of all sorts: one in this time on average, s, … */
export const EVENT_SHARE_S = 300;
/** … and so many more at once when it was quiet: this over EVENT_SHARE_S, s. With both: at most 24 in any hour. */
export const EVENT_BURST_S = 3300;
/** "Battery low" is told again only after the battery was this much above it, mV. */
export const BATTERY_RECOVERED_MV = 100;

export const UART_BAUD = 115200;
/** Pause between the wake bytes and the first request, ms. */
export const WAKE_MS = 150;
export const WAKE_BYTES = 32;
/** The link looks after itself this often, ms. */
export const LINK_PERIOD_MS = 15000;
/** The radio must answer the handshake within this, ms. */
export const HANDSHAKE_MS = 30000;
export const HEARTBEAT_MS = 300000;
/** A heartbeat's answer must come within this, ms. */
export const ANSWER_MS = 60000;
/** What the mesh may take to say what became of a packet, ms. */
export const OUTCOME_MS = 90000;

/** Listening costs at most one second in so many of uptime, s: 30 s an hour, … */
export const LISTEN_SHARE_S = 120;
/** … and once this much uptime more, s: a budget of 240 s from the boot on. */
export const LISTEN_BURST_S = 28800;
/** The window begins this long before the group's minute, s: the bulletin that set the clock may have been old when heard, … */
export const LISTEN_EARLY_S = 14;
/** … and ends this long after it, s: the gateway's tick and the way through the mesh. */
export const LISTEN_LATE_S = 21;
/** With drift above this, s, the minute is not known well enough to wait for it: 22 days without a bulletin. */
export const LISTEN_GUARD_S_MAX = 100;
/** After so many windows without a bulletin every second one searches. */
export const LISTEN_MISSES_MAX = 24;
/** Search: one window of this length, s, … */
export const SWEEP_S = 120;
/** … in this time, s, … */
export const SWEEP_PERIOD_S = 18000;
/** … each this much later in the hour, s: SWEEP_S less the scatter of the bulletin's arrival. */
export const SWEEP_STEP_S = 98;
/** A gateway answers a record without time with a bulletin: not before this, s, after the record … */
export const ANSWER_AFTER_S = 55;
/** … and is listened for this long, s, … */
export const ANSWER_LISTEN_S = 50;
/** … after each record at first, then after every second, fourth and at last every eighth. */
export const ANSWER_GAP_MAX = 8;

/** A radio that is powered only when needed is looked after this often, ms, … */
export const RADIO_LOOK_MS = 2000;
/** … asked again after this, ms: it boots in some seconds, … */
export const RADIO_ASK_MS = 6000;
/** … must be ready within this, ms, … */
export const RADIO_READY_MS_MAX = 60000;
/** … and stays on for so long after a packet, ms: the neighbours' repeats end. */
export const RADIO_LINGER_MS = 3000;

/** A frame is sent so often at most: once, and two repeats of the same bytes. */
export const LORA_TRANSMISSIONS = 3;
/** A busy channel is looked at again so often before a transmission is given up. */
export const CAD_TRIES_MAX = 16;
/** Widths of the random wait before sending, log2 of slots: at first, and after many busy looks. */
export const WINDOW_LOG2_MIN = 3;
export const WINDOW_LOG2_MAX = 8;
/** Frames that wait to be sent. */
export const LORA_QUEUE_MAX = 4;
/** Packets remembered as heard, and own ids remembered as used. */
export const LORA_SEEN = 16;
/** NodeInfo: after the start at a random moment within this, ms, … */
export const NODE_INFO_FIRST_MS = 60000;
/** … then once in this, ms, and to who asks not more often than in the next, ms. */
export const NODE_INFO_MS = 86400000;
export const NODE_INFO_ANSWER_MS = 43200000;
/** The duty cycle is counted in slices of this, ms: twelve and a bit make its hour. */
export const DUTY_SLICE_MS = 300000;
export const DUTY_SLICES = 13;
/** Of an hour's allowance this much counts as used after a start: four restarts in an hour stay within it, percent. */
export const DUTY_AT_START_PERCENT = 75;
/** Looks at the chip's BUSY line before it counts as stuck: some 0.3 ms each. */
export const SX1262_BUSY_LOOKS_MAX = 100;
/** What the chip may take longer than computed, ms. */
export const SX1262_LATE_MS = 300;
/** A listening chip is asked this often, beside its own call, ms. */
export const SX1262_POLL_MS = 3000;
/** A chip that does not answer is started again after this, ms; the wait doubles up to the next. */
export const CHIP_RETRY_MS_MIN = 60000;
export const CHIP_RETRY_MS_MAX = 3600000;

/** The node's clock drifts at most this much, parts per million. */
export const DRIFT_PPM = 50;
/** A bulletin may be this old when it is heard, s. */
export const BULLETIN_AGE_S = 16;
/** Below this the status says "battery low", mV. */
export const BATTERY_LOW_MV = 2400;

/** One tenth of a litre, µL: the step of a volume counter. */
export const STEP_UL = 100000;

/** Bits of the status word (shared/record.ts). */
export const STATUS_BATTERY_LOW = 1024;
export const STATUS_SENSOR_FAULT = 2048;
export const STATUS_CLOCK_SHIFT = 12;
export const STATUS_OVERWRITTEN = 131072;
export const STATUS_AFTER_POWER_CUT = 262144;

/** Most records of one journal page: hardly one is shorter than this on flash, bytes. */
export const RECORD_ENTRY_BYTES_MIN = 56;
/** Numbers of a gateway key in the journal. Those of a state are fewer. */
export const KEY_NUMBERS = 33;
/** Longest entry of the journal, bytes. */
export const ENTRY_BYTES_MAX = 252;
/** Most records that the node keeps in mind, seven bytes each: 85 days of one an hour. */
export const RECORDS_MAX = 2048;

/** How long after a start the console of an MDBT42Q with a site's program can be reached by Bluetooth, ms. */
export const BLUETOOTH_MS = 600_000;
/** Page of the nRF52832's flash, bytes. */
export const NRF52832_PAGE_BYTES = 4096;
/** Page of the nRF52832's flash that holds the key: the last one before Storage, free in Espruino's layout. */
export const NRF52832_KEY_ADDRESS = 0x6b000;
/** Number of the meter's pin on the chip, as the registers want it: D2. */
export const METER_PIN_NUMBER = 2;

/** Wakes the radio; never a stray 0x94 before a frame. */
export const WAKE_BYTE = 0xc3;

/** XIAO nRF52840: its Storage is a flash chip that Espruino shows at this address. */
export const XIAO_STORAGE_ADDRESS = 0x60000000;
export const XIAO_STORAGE_BYTES = 2097152;
export const XIAO_PAGE_BYTES = 4096;
/** Page of the chip's own flash that holds the key: the first of the boot loader's "user data". */
export const XIAO_KEY_ADDRESS = 0xed000;
/** Number of the meter's pin D0 on the chip: P0.02. */
export const XIAO_METER_PIN_NUMBER = 2;
/** What a lithium cell can show at the battery's connector, mV; anything else means there is none. */
export const XIAO_BATTERY_MV_MIN = 1000;
export const XIAO_BATTERY_MV_MAX = 4500;

/** Safe mode lasts so long, ms: then the program gets another chance. */
export const SAFE_MODE_MS = 600000;
/** The watchdog is kicked so often in safe mode, ms. */
export const SAFE_KICK_MS = 10000;
/** The loader's log of starts, bytes. */
export const BOOT_LOG_BYTES = 512;
/** Below this supply voltage no flash is written, mV: nRF52 flash needs 1.7 V, a write draws the cell down. */
export const BATTERY_WRITE_MV_MIN = 1900;

/** Words of hardware randomness behind a key. */
export const RANDOM_WORDS = 64;
/** The code of a factory reset is good for so long, ms. */
export const RESET_CODE_MS = 60000;
/** A calibration with fewer pulses is worse than 1 in 50. */
export const CALIBRATION_PULSES_MIN = 50;
export const CALIBRATION_VOLUME_ML_MAX = 1000000;
/** A program that leaves fewer of Espruino's variables free has no room to work. */
export const FREE_VARIABLES_MIN = 300;
