/*
 * log.ts: one line per thing worth knowing. As a service: JSON lines on standard output, for the journal. On a terminal:
 * short lines for people. stderr stays for what ends a command.
 * Way: everything in the gateway that has something to say -> Log -> level, component, secrets hidden, repeats counted -> pino.
 * A line says its own level and component: "WARNING: …" and what is known to be trouble are warnings, "radio: …" is of the radio.
 * Source: pino 10; sd-daemon(3) for the priority before a line; systemd.exec(5) for JOURNAL_STREAM.
 */
import { fstatSync, writeSync } from 'node:fs';
import pino from 'pino';
import { createLineBudget, type LineBudget } from '../core/line-budget';
import { redact } from '../core/redact';
import { LOG_LINE_CHARS_MAX } from '../limits/operations';

/** Writes one line. */
export type Log = (line: string) => void;

/** How important a line is. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** How the log is written. */
export interface LogOptions {
  level: LogLevel;
  format: 'json' | 'text';
  /** true: each JSON line is preceded by its priority, which the journal takes off and keeps. */
  priorities: boolean;
  /** true: lines carry the time. The journal adds it itself. */
  time: boolean;
  /** Takes a whole line with its line break. */
  write(text: string): void;
  /** Steady time, ms. */
  steadyMs(): number;
  /** Secrets that must not be written, beside what looks like one. */
  secrets?: readonly string[];
}

/** Priorities of syslog, RFC 5424 section 6.2.1. */
const PRIORITIES: Record<LogLevel, number> = { error: 3, warn: 4, info: 6, debug: 7 };

/** What a line is about, by its first word. */
const COMPONENTS = /^(radio|clock|broker|disk|register|backup|http|mqtt|accounts|config|log)\b/;
const TROUBLE =
  /^(radio lost|radio(?: \S+)?: |radio ready, but|disk full|log: |broker \S+: (?!connected))/;

/** A line as its parts. */
export function partsOf(line: string): { level: LogLevel; component: string; msg: string } {
  const isWarning = /^WARNING: /.test(line);
  const msg = isWarning ? line.slice('WARNING: '.length) : line;
  const component = COMPONENTS.exec(msg)?.[1] ?? 'gateway';
  return { level: isWarning || TROUBLE.test(msg) ? 'warn' : 'info', component, msg };
}

function oneLine(line: string): string {
  const clean = line.replace(/[\r\n\u2028\u2029]+/g, ' | ').replace(/\p{Cc}/gu, ' ');
  return clean.length > LOG_LINE_CHARS_MAX ? `${clean.slice(0, LOG_LINE_CHARS_MAX)}…` : clean;
}

/** Writes to standard output at once, so that a line before the end of the process is not lost. */
export function writeStdout(text: string): void {
  try {
    writeSync(1, text);
  } catch {
    // Nobody reads any more, or the pipe is full: a log line is no reason to stop keeping records.
  }
}

/** Does the journal of systemd read our standard output? Then JOURNAL_STREAM names its device and inode. */
export function isJournal(environment: Record<string, string | undefined>): boolean {
  try {
    const { dev, ino } = fstatSync(1);
    return environment.JOURNAL_STREAM === `${dev}:${ino}`;
  } catch {
    return false;
  }
}

function jsonWriter(options: LogOptions) {
  let priority = '';
  const logger = pino(
    {
      level: options.level,
      base: null,
      timestamp: options.time ? pino.stdTimeFunctions.isoTime : false,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (text: string) => options.write(priority + text) },
  );
  return (level: LogLevel, component: string, msg: string) => {
    priority = options.priorities ? `<${PRIORITIES[level]}>` : '';
    logger[level]({ component }, msg);
  };
}

function textWriter(options: LogOptions) {
  const least = PRIORITIES[options.level];
  return (level: LogLevel, component: string, msg: string) => {
    if (PRIORITIES[level] > least) return;
    const time = options.time ? `${new Date().toISOString().slice(11, 19)} ` : '';
    const mark = level === 'warn' ? 'WARNING: ' : level === 'error' ? 'ERROR: ' : '';
    const about = msg.startsWith(component) ? '' : `${component}: `;
    options.write(`${time}${mark}${about}${msg}\n`);
  };
}

/** Makes a log. */
export function createLog(options: LogOptions): Log {
  const write = options.format === 'json' ? jsonWriter(options) : textWriter(options);
  const budget: LineBudget = createLineBudget();
  return (line) => {
    for (const allowed of budget.take(oneLine(redact(line, options.secrets)), options.steadyMs())) {
      const { level, component, msg } = partsOf(allowed);
      write(level, component, msg);
    }
  };
}

/** Logs to stderr, line breaks inside a message made visible: for programs that use the gateway as a library. */
export function stderrLog(line: string): void {
  process.stderr.write(`gateway: ${oneLine(redact(line))}\n`);
}
