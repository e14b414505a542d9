/*
 * bench-log.ts: the form of the bench's log: one line an act, each signed and tied to the line before.
 * Way: entry -> line -> log.jsonl; log.jsonl -> lines that hold, and what is wrong with the others.
 * Source: our own. A line is {"line":{…},"signature":hex}: canonical JSON (names sorted, no spaces, as RFC 8785 has it for
 * text, whole numbers, true, false, null), signed with Ed25519 (RFC 8032) over LOG_AAD, a newline and the text of `line`.
 * `before` is the SHA-256 of the whole line before without its newline, 64 zeros in the first.
 */
import { createHash } from 'node:crypto';
import { canonicalJson, signedBytes } from '../../gateway/registration-file';
import { fromHex, toHex } from '../../shared/bytes';
import { verifyEd25519 } from '../../shared/verify';
import type { LogEntry } from './bench';
import { LOG_LINE_BYTES_MAX } from './limits';

/** What the signature of a line begins with, so that it can never count for something else. */
export const LOG_AAD = 'tallywell-bench-log-v1';
/** `before` of the first line. */
export const NO_LINE = '0'.repeat(64);

/** A line of the log. */
export interface LogLine extends LogEntry {
  /** 1, 2, 3 … */
  number: number;
  /** When, Unix s, by the clock of this computer. */
  atS: number;
  /** SHA-256 of the line before, hex. */
  before: string;
}

/** What checking found. */
export interface LogVerdict {
  lines: LogLine[];
  /** Number of the first line that is not as it was written, counted from 1; null = all hold. */
  wrongLine: number | null;
  /** Why: a key of the words below `log.`. */
  reason: 'unreadable' | 'signature' | 'chain' | 'lost' | null;
  /** A line that a power cut left unfinished stands at the end. */
  isTorn: boolean;
}

/** SHA-256 of a line without its newline, hex. */
export function hashOfLine(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * Makes the text of a line, without newline. @param sign Ed25519.
 * Throws: an Error when it is too long.
 */
export function makeLine(line: LogLine, sign: (message: Uint8Array) => Uint8Array): string {
  const signature = toHex(sign(signedBytes(LOG_AAD, line)));
  const text = canonicalJson({ line, signature });
  if (Buffer.byteLength(text) >= LOG_LINE_BYTES_MAX)
    throw new Error('a line of the log is too long');
  return text;
}

/** Reads a line; null: it is none, or its signature does not fit. */
export function readLine(
  text: string,
  publicKey: Uint8Array,
): LogLine | 'unreadable' | 'signature' {
  let parsed: { line?: LogLine; signature?: unknown };
  try {
    parsed = JSON.parse(text);
    if (canonicalJson(parsed) !== text) return 'unreadable';
  } catch {
    return 'unreadable';
  }
  const { line, signature } = parsed ?? {};
  if (typeof line !== 'object' || line === null) return 'unreadable';
  if (typeof signature !== 'string' || !/^[0-9a-f]{128}$/.test(signature)) return 'signature';
  const isGood = verifyEd25519(signedBytes(LOG_AAD, line), fromHex(signature), publicKey);
  return isGood ? line : 'signature';
}

/**
 * Checks a whole log. @param least the log had at least so many lines once: fewer are a loss
 */
export function checkLog(text: string, publicKey: Uint8Array, least: number): LogVerdict {
  const texts = text.split('\n');
  const isTorn = texts.pop() !== '';
  const lines: LogLine[] = [];
  let before = NO_LINE;
  for (const one of texts) {
    const number = lines.length + 1;
    const line = readLine(one, publicKey);
    if (typeof line === 'string') return { lines, wrongLine: number, reason: line, isTorn };
    if (line.before !== before || line.number !== number)
      return { lines, wrongLine: number, reason: 'chain', isTorn };
    lines.push(line);
    before = hashOfLine(one);
  }
  const isLost = lines.length < least;
  return {
    lines,
    wrongLine: isLost ? lines.length + 1 : null,
    reason: isLost ? 'lost' : null,
    isTorn,
  };
}
