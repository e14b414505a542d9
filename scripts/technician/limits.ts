/*
 * limits.ts: every bound of the technician's bench, each with its unit.
 * Way: read by scripts/technician. A limit that belongs to a standard or to a board's interpreter says so.
 */

/** A TCP connection must come about within this, ms. */
export const CONNECT_MS_MAX = 10_000;
/** An Espruino console at a serial adapter; USB does not care. Bits a second. Source: Espruino's default. */
export const CONSOLE_BAUD = 9600;
/** A board that is awake answers a packet within this, ms. */
export const PROBE_MS_MAX = 1500;
/** Espruino gives a packet up that does not end within 5 s: this is a little longer, ms. */
export const PACKET_GIVEN_UP_MS = 5300;
/** So often a board is asked before it counts as silent. */
export const PROBES_MAX = 3;
/** An evaluated expression must answer within this, ms: erasing and compacting flash takes seconds. */
export const EVALUATION_MS_MAX = 30_000;
/** After a NAK the board says why within this, ms. */
export const REASON_MS_MAX = 400;
/** Between the header and the content of a packet that holds byte 3, ms: the board must have read the header, or it is Ctrl-C. */
export const HEADER_MS = 120;
/** A packet is sent so often at most. */
export const PACKET_TRIES_MAX = 4;
/** A file is sent so often at most. */
export const FILE_TRIES_MAX = 2;
/** Content of a packet of a file, bytes: boards with few variables get the smaller. */
export const PACKET_BYTES = 1024;
export const PACKET_BYTES_SMALL_BOARD = 512;
/** A board with fewer of Espruino's variables is small. */
export const SMALL_BOARD_VARIABLES = 6000;
/** One piece of a file that is read, bytes: its answer is 4/3 as long, in one packet and in the memory of a small board. */
export const READ_PIECE_BYTES = 3072;
export const READ_PIECE_BYTES_SMALL_BOARD = 384;
/** Longest answer of a packet, bytes. Source: Espruino's README_Protocol, 13 bits. */
export const PACKET_CONTENT_BYTES_MAX = 8191;
/** Longest name of a file in Storage, bytes. Source: Espruino 2v29 src/jsflash.h. */
export const FILE_NAME_BYTES_MAX = 28;
/** Received bytes that are kept while something is waited for. */
export const RECEIVED_BYTES_MAX = 65_536;
/** A board that starts again must answer within this, ms. */
export const RESTART_MS_MAX = 20_000;
/** Between two looks whether a board or a port is there again, ms: at first, and after many looks. */
export const LOOK_AGAIN_MS = 250;
export const LOOK_AGAIN_MS_MAX = 2000;
/** Oldest Espruino whose console, packets and Storage were measured. */
export const ESPRUINO_MIN = { major: 2, minor: 29 } as const;
/** Of an error that a board reports this much is shown, characters. */
export const ERROR_CHARACTERS_MAX = 200;
/** One line of the bench's log, bytes. */
export const LOG_LINE_BYTES_MAX = 16_384;
/** The whole log, bytes: some 100,000 acts. */
export const LOG_BYTES_MAX = 64 * 1024 * 1024;
/** How long one tool waits for another to be done with the bench folder, ms. */
export const BENCH_LOCK_MS = 10_000;
/** A file of the bench that is read whole (pod, sites, snapshots, registrations), bytes. */
export const BENCH_FILE_BYTES_MAX = 8 * 1024 * 1024;
/** Snapshots kept of one device; the oldest goes. */
export const SAVED_PER_DEVICE_MAX = 20;
/** A gateway must answer within this, ms. */
export const GATEWAY_MS_MAX = 15_000;
/** Longest answer of a gateway that is read, characters. */
export const GATEWAY_ANSWER_BYTES_MAX = 4 * 1024 * 1024;
/** A file with a token, bytes. */
export const TOKEN_FILE_BYTES_MAX = 4096;
/** A calibration whose measurements differ by more from their mean is refused, percent. */
export const SPREAD_PERCENT_MAX = 5;
/** Measurements of a calibration: at least, usually, at most. */
export const POURS_MIN = 2;
export const POURS_USUAL = 3;
export const POURS_MAX = 10;
/** A node's clock may differ by this while it is tested, ms: questions and answers take time, too. */
export const CLOCK_OFF_MS_MAX = 500;
/** A record that a node was asked for must reach the gateway within this, ms: a radio that is powered only to send starts first. */
export const HEARD_MS_MAX = 90_000;
/** How often the gateway is asked for it, ms. */
export const HEARD_LOOK_MS = 1_000;
/** A board that is told to start again does so after this, ms: its answer must be out. */
export const RESTART_AFTER_MS = 50;
/** An MDBT42Q at a cable whose program took the console to Bluetooth counts as silent after this, ms. */
export const MOVED_CONSOLE_MS = 6000;
/** INFO_UF2.TXT of a boot loader, bytes. */
export const INFO_BYTES_MAX = 4096;
/** A UF2 file is copied in pieces of this, bytes. */
export const COPY_BYTES = 32_768;
/** After the copy the drive must go within this, ms, … */
export const DRIVE_GONE_MS_MAX = 30_000;
/** … and the port come within this, ms. */
export const PORT_BACK_MS_MAX = 30_000;
/** Boards of a practice bench. */
export const PRACTICE_BOARDS_MAX = 100;
/** Radios of a practice bench. */
export const PRACTICE_RADIOS_MAX = 20;
/** Most pulses of one pour at a practice meter. */
export const PRACTICE_PULSES_MAX = 100_000;
/** Longest name of a radio's owner, bytes of UTF-8. */
export const RADIO_LONG_NAME_BYTES_MAX = 39;
/** Longest short name of a radio's owner, bytes of UTF-8. */
export const RADIO_SHORT_NAME_BYTES_MAX = 4;
/** A radio tells its battery at most this often, s. */
export const RADIO_QUIET_S = 1_800;
/** A radio tells its place at most this often, s: it stands still. */
export const RADIO_PLACE_S = 43_200;
/** Longest an answer of the plugged-in radio to an order may take, ms. */
export const RADIO_ANSWER_MS = 10_000;
/** After the settings are committed the radio restarts within this, ms (7 s were seen). */
export const RADIO_RESTART_MS = 20_000;
/** It must answer again within this, ms (with Wi-Fi it takes 20 s). */
export const RADIO_BACK_MS = 90_000;
/** Wait between two attempts to reach it again, ms. */
export const RADIO_AGAIN_MS = 1_000;
/** Longest an answer of a radio over the air may take, ms. */
export const REMOTE_ANSWER_MS = 30_000;
/** Attempts at each message over the air, times. */
export const REMOTE_ATTEMPTS = 3;
/** A remote radio is left alone for so long while it restarts, ms. */
export const REMOTE_RESTART_MS = 40_000;
/** A session of remote orders is renewed after so long, ms (the radio ends it after 300 s). */
export const REMOTE_SESSION_MS = 120_000;
/** Longest what became of a packet is waited for, ms (three tries of the slowest usual preset take 25 s). */
export const RADIO_SENT_MS = 60_000;
/** Port of the bench page, when it is free. */
export const PAGE_PORT = 8710;
/** How often the bench page looks what is plugged in, ms. */
export const PAGE_LOOK_MS = 1_000;
/** An order from the page, bytes. */
export const PAGE_BODY_BYTES_MAX = 16_384;
/** One value of an order, characters: the longest is a wiring. */
export const PAGE_VALUE_CHARACTERS_MAX = 8_192;
/** Addresses a person may add to the page. */
export const PAGE_ADDRESSES_MAX = 100;
/** Notes of one act that the page shows; the newest. */
export const PAGE_NOTES_MAX = 20;
/** Browser windows that may look at once. */
export const PAGE_WINDOWS_MAX = 10;
/** Lines of the log that the page shows; the newest. */
export const PAGE_LOG_LINES = 500;
/** Rows of a batch's file. */
export const BATCH_ROWS_MAX = 256;
/** Boards of a batch that are worked on at once. */
export const BATCH_BOARDS_AT_ONCE = 8;
/** How often a batch looks what is plugged in, ms. */
export const BATCH_LOOK_MS = 1_000;
