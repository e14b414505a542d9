/*
 * pages.ts: limits of the pod's pages: what is checked at one time, how long things in a form are.
 * Every limit of the gateway with its unit is in this folder; those of the wire and of the node are in shared/limits.ts.
 */

/** Words of a public key on labels and pages, words. */
export const KEY_WORDS = 4;
/** Records behind one figure that are handed to a phone: a month of a site with two nodes, records. */
export const BEHIND_RECORDS_MAX = 1_600;
/** Records listed on one page, records. */
export const BEHIND_ROWS_MAX = 25;
/** Longest body of a form with a file, bytes. */
export const FORM_FILE_BYTES_MAX = 65_536;
/** Sites in one signed file of a bench, sites. */
export const REGISTRATION_SITES_MAX = 64;
/** How long a browser keeps a program whose name says what is in it, s. */
export const ASSET_KEPT_S = 31_536_000;
