/*
 * screen.ts: what Espruino's console shows: the input line with its prompt, taken away before output and put back after.
 * Way: edits and printed text -> bytes with CR before each LF and cursor moves.
 * Source: behaviour of Espruino 2v29's console, read in its source and held against recordings.
 */

const LEFT = '\x1b[D';
const RIGHT = '\x1b[C';
const UP = '\x1b[A';
const DOWN = '\x1b[B';
const ERASE_AFTER = '\x1b[J';

/** The console's line and what stands on the terminal. */
export interface Screen {
  /** The input line. */
  text: string;
  /** Where the next character goes, 0..text.length. */
  cursor: number;
  /** echo(0) turned echo off. */
  isEchoOff: boolean;
  /** DLE turned echo off for this line. */
  isLineSilent: boolean;
  /** What stands before ">": "debug" while the debugger holds the board. */
  promptWord: string;
  /** The input line is not on the terminal. */
  isRemoved: boolean;
  isEcho(): boolean;
  /** Echo, and the line is on the terminal. */
  isShown(): boolean;
  /** Sends characters of one byte as they are. */
  raw(text: string): void;
  /** Sends text, CR before each LF. */
  write(text: string): void;
  /** Output of a program: takes the line away first. */
  print(text: string): void;
  removeLine(): void;
  returnLine(): void;
  /** Drops the input line. `isSeen`: the terminal is cleared of it. */
  clear(isSeen: boolean): void;
  insert(text: string): void;
  backspace(): void;
  deleteForward(): void;
  left(): void;
  right(): void;
  home(): void;
  end(): void;
  moveLine(direction: 1 | -1): void;
  /** Another line in its place, from the history. */
  replace(text: string): void;
  /** A line break that is no command's end. */
  breakLine(): void;
}

function placeOf(text: string, at: number): { x: number; y: number } {
  const before = text.slice(0, at).split('\n');
  return { x: (before[before.length - 1] as string).length, y: before.length - 1 };
}

function indexOf(text: string, line: number, column: number): number {
  const lines = text.split('\n');
  let at = 0;
  for (let i = 0; i < line; i++) at += (lines[i] as string).length + 1;
  return at + Math.min(column, (lines[line] as string).length);
}

/** Cursor moves between two characters of a text. */
function moves(text: string, from: number, to: number): string {
  const start = placeOf(text, from);
  const end = placeOf(text, to);
  const across = end.x - start.x;
  const down = end.y - start.y;
  return (
    (across > 0 ? RIGHT : LEFT).repeat(Math.abs(across)) +
    (down > 0 ? DOWN : UP).repeat(Math.abs(down))
  );
}

/** A line with the marks that its continued lines begin with. */
const withColons = (text: string): string => text.replace(/\n/g, '\r\n:');

function editsOf(screen: Screen, send: (text: string) => void) {
  const cut = (at: number, isBackspace: boolean): void => {
    const { text } = screen;
    const isBreak = text[at] === '\n';
    if (isBreak && screen.isShown()) {
      send(ERASE_AFTER + (isBackspace ? `\b ${moves(text, at + 1, at)}` : ''));
    }
    screen.text = text.slice(0, at) + text.slice(at + 1);
    screen.cursor = at;
    if (!screen.isShown()) return;
    const rest = screen.text.slice(at);
    if (isBreak) send(withColons(rest) + moves(screen.text, screen.text.length, at));
    else {
      const line = rest.split('\n')[0] as string;
      send(`${isBackspace ? '\b' : ''}${line} ${'\b'.repeat(line.length + 1)}`);
    }
  };
  return {
    insert: (added: string): void => {
      const { text, cursor } = screen;
      screen.text = text.slice(0, cursor) + added + text.slice(cursor);
      if (screen.isShown()) {
        const rest = text.slice(cursor).split('\n')[0] as string;
        if (cursor < text.length) send(`${rest} ${'\b'.repeat(rest.length + 1)}`);
        send(added);
      }
      screen.cursor += added.length;
    },
    backspace: (): void => {
      if (screen.cursor > 0) cut(screen.cursor - 1, true);
    },
    deleteForward: (): void => {
      if (screen.cursor < screen.text.length) cut(screen.cursor, false);
    },
  };
}

function movesOf(screen: Screen, send: (text: string) => void) {
  const step = (by: 1 | -1, mark: string): void => {
    const passed = screen.text[by > 0 ? screen.cursor : screen.cursor - 1];
    if (passed === undefined || passed === '\n') return;
    screen.cursor += by;
    if (screen.isShown()) send(mark);
  };
  return {
    left: (): void => step(-1, LEFT),
    right: (): void => step(1, RIGHT),
    home: (): void => {
      while (screen.cursor > 0 && screen.text[screen.cursor - 1] !== '\n') step(-1, '\b');
    },
    end: (): void => {
      const { text } = screen;
      while (screen.cursor < text.length && text[screen.cursor] !== '\n')
        step(1, text[screen.cursor] as string);
    },
    moveLine: (direction: 1 | -1): void => {
      const { x, y } = placeOf(screen.text, screen.cursor);
      const lines = screen.text.split('\n').length;
      const line = Math.max(0, Math.min(lines - 1, y + direction));
      const to = indexOf(screen.text, line, x);
      if (screen.isShown()) send(moves(screen.text, screen.cursor, to));
      screen.cursor = to;
    },
  };
}

/** A console with an empty line whose prompt is not yet there. `send`: characters of one byte. */
export function createScreen(send: (text: string) => void): Screen {
  const screen = {
    text: '',
    cursor: 0,
    isEchoOff: false,
    isLineSilent: false,
    promptWord: '',
    isRemoved: false,
    isEcho: () => !screen.isEchoOff && !screen.isLineSilent,
    isShown: () => screen.isEcho() && !screen.isRemoved,
    raw: send,
    write: (text: string) => send(text.replace(/\n/g, '\r\n')),
    print: (text: string) => {
      screen.removeLine();
      screen.write(text);
    },
    removeLine: () => {
      if (screen.isRemoved) return;
      screen.isRemoved = true;
      if (!screen.isEcho()) return;
      const word = '\b'.repeat(screen.promptWord.length);
      send(`${moves(screen.text, screen.cursor, 0)}\r${ERASE_AFTER}${word}`);
    },
    returnLine: () => {
      if (!screen.isRemoved) return;
      screen.isRemoved = false;
      if (!screen.isEcho()) return;
      const back = moves(screen.text, screen.text.length, screen.cursor);
      send(`${screen.promptWord}>${withColons(screen.text)}${back}`);
    },
    clear: (isSeen: boolean) => {
      if (screen.text === '') return;
      if (isSeen) screen.removeLine();
      screen.text = '';
      screen.cursor = 0;
    },
    replace: (text: string) => {
      if (screen.isShown())
        send(moves(screen.text, screen.cursor, 0) + ERASE_AFTER + withColons(text));
      screen.text = text;
      screen.cursor = text.length;
    },
    breakLine: () => {
      const { text, cursor } = screen;
      const isAtEnd = text.slice(cursor).trim() === '';
      if (isAtEnd) {
        if (screen.isShown()) send('\r\n:');
        screen.text = `${text}\n`;
        screen.cursor++;
        return;
      }
      if (screen.isShown()) send(ERASE_AFTER);
      screen.text = `${text.slice(0, cursor)}\n${text.slice(cursor)}`;
      if (screen.isShown()) {
        const back = moves(screen.text, screen.text.length, cursor + 1);
        send(withColons(screen.text.slice(cursor)) + back);
      }
      screen.cursor++;
    },
  } as Screen;
  return Object.assign(screen, editsOf(screen, send), movesOf(screen, send));
}
