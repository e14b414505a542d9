/*
 * http.ts: limits of HTTP, accounts, tokens and sessions.
 * Every limit of the gateway with its unit is in this folder; those of the wire and of the node are in shared/limits.ts.
 */

/** Longest request line plus headers the HTTP server reads, bytes. */
export const HTTP_HEADER_BYTES_MAX = 8_192;
/** Longest an HTTP client may take to send its request, ms. */
export const HTTP_REQUEST_MS_MAX = 10_000;
/** TCP connections the HTTP server accepts at one time, connections. */
export const HTTP_CLIENTS_MAX = 128;
/** Records one API answer carries at most, records. */
export const HTTP_RECORDS_MAX = 500;
/** Hours one API answer carries at most, hours: a month. */
export const HTTP_HOURS_MAX = 31 * 24;
/** Days one API answer carries at most, days: ten years. */
export const HTTP_DAYS_MAX = 3_660;
/** Cost of the scrypt of a new password, log2 of N: with R and P below 16 MiB, some 0.2 s on a Raspberry Pi 3. */
export const PASSWORD_SCRYPT_LOG2_N = 14;
/** Block size of that scrypt, units of 128 bytes. */
export const PASSWORD_SCRYPT_R = 8;
/** Parallelisation of that scrypt, lanes. */
export const PASSWORD_SCRYPT_P = 1;
/** Most memory that the parameters of a stored password may ask for, bytes. */
export const PASSWORD_SCRYPT_BYTES_MAX = 32 << 20;
/** Most lanes that the parameters of a stored password may ask for, lanes. */
export const PASSWORD_SCRYPT_P_MAX = 4;
/** Passwords that wait for their check at one time (one is checked at a time), passwords. */
export const PASSWORD_CHECKS_WAITING_MAX = 16;
/** Shortest password a person may choose, characters. */
export const PASSWORD_CHARS_MIN = 10;
/** Longest password, bytes of UTF-8. */
export const PASSWORD_BYTES_MAX = 256;
/** Passwords remembered as right, keyed by a hash that dies with the process, passwords. */
export const PASSWORDS_REMEMBERED_MAX = 64;
/** How long a right password is remembered, ms: HTTP Basic sends it with each request. */
export const PASSWORD_REMEMBERED_MS = 300_000;
/** Accounts a gateway has at most, accounts. */
export const ACCOUNTS_MAX = 64;
/** Tokens a gateway has at most, tokens. */
export const TOKENS_MAX = 64;
/** Longest life of a token that ends by itself, days. */
export const TOKEN_DAYS_MAX = 3_650;
/** Longest text looked at as a token, characters. */
export const TOKEN_CHARS_MAX = 64;
/** Logins for one name, or from one address, that may go wrong before it has to wait, logins. */
export const LOGIN_FREE_TRIES = 5;
/** First wait after that, ms. It doubles with each further one that goes wrong. */
export const LOGIN_WAIT_MS_MIN = 1_000;
/** Longest wait of a name, ms: short, so that a stranger cannot lock somebody out for long. */
export const LOGIN_NAME_WAIT_MS_MAX = 30_000;
/** Longest wait of an address, ms. */
export const LOGIN_ADDRESS_WAIT_MS_MAX = 300_000;
/** After this time without a try nothing of the wrong ones is known any more, ms. */
export const LOGIN_FORGET_MS = 900_000;
/** Names, and addresses, whose wrong logins are remembered, each. */
export const LOGIN_KEYS_MAX = 1_024;
/** A session ends when it was not used for this long, ms. */
export const SESSION_IDLE_MS_MAX = 3_600_000;
/** A session ends after this time in any case, ms. */
export const SESSION_MS_MAX = 86_400_000;
/** Sessions at one time, sessions. The one unused longest gives way. */
export const SESSIONS_MAX = 512;
/** Sessions of one account at one time, sessions. */
export const SESSIONS_PER_ACCOUNT_MAX = 16;
/** Longest body of a POST, bytes. */
export const HTTP_BODY_BYTES_MAX = 16_384;
/** Longest path and query, characters. */
export const HTTP_TARGET_CHARS_MAX = 2_048;
/** Headers of one request, headers. */
export const HTTP_HEADERS_MAX = 64;
/** How often it is looked whether a request takes too long, ms. */
export const HTTP_SLOW_CHECK_MS = 2_000;
/** A connection on which nothing moves is closed after this, ms. */
export const HTTP_IDLE_MS_MAX = 30_000;
/** TCP connections of one address at one time, connections (this machine itself: all). */
export const HTTP_CLIENTS_PER_ADDRESS_MAX = 32;
/** Requests of one address in the long run, requests per s (this machine itself: any). */
export const HTTP_REQUESTS_PER_S_MAX = 20;
/** Requests of one address at once after a rest, requests. */
export const HTTP_REQUESTS_BURST_MAX = 200;
/** Addresses whose requests are counted, addresses. */
export const HTTP_ADDRESSES_MAX = 1_024;
/** Phones that have seen the page, addresses; for so long they are told that the Wi-Fi is good, ms: a day. */
export const PORTAL_ADDRESSES_MAX = 1_024;
export const PORTAL_SEEN_MS = 86_400_000;
