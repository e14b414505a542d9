/*
 * log.ts: one line per thing worth knowing, on stderr; stdout stays free.
 * Never logged: keys, passwords, payloads.
 */

/** Writes one line. */
export type Log = (line: string) => void;

/** Logs to stderr, line breaks inside a message made visible. */
export function stderrLog(line: string): void {
  process.stderr.write(`gateway: ${line.replace(/[\r\n]+/g, ' | ')}\n`);
}
