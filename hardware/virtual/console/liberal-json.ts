/*
 * liberal-json.ts: JSON as Espruino's packets take it: names of fields may stand without quotes, what follows is ignored.
 * Way: text of a FILE_SEND, FILE_RECV or EVENT packet -> value, or undefined.
 * Source: Espruino 2v29 README_Protocol.md; measured.
 */

const BARE_NAME = /([{,]\s*)([A-Za-z_$][\w$]*)(\s*:)/g;

/** The value; undefined when it is none. */
export function parseLiberal(text: string): unknown {
  for (const attempt of [text, text.replace(BARE_NAME, '$1"$2"$3')]) {
    try {
      return JSON.parse(attempt);
    } catch {}
  }
  return undefined;
}
