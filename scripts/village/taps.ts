/*
 * Reads what really flowed at a tap: rows of "unix time in s, flow in mL/s", one a second with flow.
 * From: text files of the forms in test/fixtures/taps (header and comma, or one space, LF or CRLF). To: days of rows (flow.ts).
 * Source: WEUSEDTO-Data's file form; its README is beside the fixtures.
 */
import { readFileSync } from 'node:fs';

/** Seconds in a day; rows are cut into days at UTC midnight. */
const DAY_S = 86_400;
/** A row says more than this and is not a tap: mL/s (a fire hydrant gives some 60,000). */
const FLOW_ML_S_MAX = 100_000;

/** One user's day at one tap. `secondOfDay` 0..86399, `volumeUl` what flowed in that second (µL); same length, file order. */
export interface TapDay {
  tap: string;
  day: number;
  secondOfDay: number[];
  volumeUl: number[];
}

/** What a file of rows gave: its days with any flow, and how many rows could not be read (first of them named). */
export interface TapReading {
  days: TapDay[];
  rows: number;
  badRows: number;
  firstBad: string;
}

/**
 * One row. Rejects (returns undefined): not two numbers, a time that is no whole second of 1970..2286,
 * a flow below 0 or above {@link FLOW_ML_S_MAX}.
 */
export function parseTapRow(line: string): { timeS: number; volumeUl: number } | undefined {
  const match = /^\s*(\d{1,10})(?:\.0+)?\s*[,; \t]\s*(\d{1,6}(?:\.\d{1,6})?)\s*$/.exec(line);
  if (match === null) return undefined;
  const flowMlS = Number(match[2]);
  if (flowMlS > FLOW_ML_S_MAX) return undefined;
  return { timeS: Number(match[1]), volumeUl: Math.round(flowMlS * 1000) };
}

/** True for a first line of words: a header, neither a row nor a bad row. */
function isHeader(line: string): boolean {
  return /^\s*"?[A-Za-z]/.test(line);
}

/** Reads a whole file's text. Bad rows are counted, never fatal; days without any flow are left out. */
export function parseTap(tap: string, text: string): TapReading {
  const days = new Map<number, TapDay>();
  const reading: TapReading = { days: [], rows: 0, badRows: 0, firstBad: '' };
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  lines.forEach((line, index) => {
    if (line.trim() === '' || (index === 0 && isHeader(line))) return;
    const row = parseTapRow(line);
    if (row === undefined) {
      reading.badRows++;
      if (reading.firstBad === '') reading.firstBad = `line ${index + 1}: ${line.slice(0, 60)}`;
      return;
    }
    reading.rows++;
    if (row.volumeUl === 0) return;
    const day = Math.floor(row.timeS / DAY_S);
    let tapDay = days.get(day);
    if (tapDay === undefined) {
      tapDay = { tap, day, secondOfDay: [], volumeUl: [] };
      days.set(day, tapDay);
    }
    tapDay.secondOfDay.push(row.timeS % DAY_S);
    tapDay.volumeUl.push(row.volumeUl);
  });
  reading.days = [...days.values()].sort((a, b) => a.day - b.day);
  return reading;
}

/**
 * Reads tap files by path. Throws: an Error whose message says what to do, when a file cannot be read or holds no flow.
 */
export function readTaps(paths: readonly string[]): TapReading {
  const all: TapReading = { days: [], rows: 0, badRows: 0, firstBad: '' };
  for (const path of paths) {
    const one = parseTap(path, readText(path, '--taps'));
    if (one.days.length === 0) {
      throw new Error(
        `--taps ${path}: no row of the form "unix seconds, mL/s" with any flow` +
          (one.badRows > 0 ? ` (${one.badRows} unreadable rows; ${one.firstBad})` : ''),
      );
    }
    all.days.push(...one.days);
    all.rows += one.rows;
    all.badRows += one.badRows;
    if (all.firstBad === '' && one.firstBad !== '') all.firstBad = `${path} ${one.firstBad}`;
  }
  return all;
}

/** A file's bytes as Latin-1 text (every byte one letter). Throws: an Error that names the option and the file. */
export function readText(path: string, option: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EISDIR' ? 'is a folder' : code;
    throw new Error(`${option} ${path}: ${why}. Give the path of a readable text file.`);
  }
}
