/*
 * label-text.ts: text in any direction as runs that are set one beside the other, each in one font.
 * Way: name of a site -> runs in the order in which they stand, left to right -> PDF.
 * Source: Unicode Bidirectional Algorithm (UAX #9) by bidi-js; letters are joined by the font (GSUB) within a run.
 */
import bidiFactory from 'bidi-js';

/** Fonts by the letters they hold. */
export type FontName = 'latin' | 'latin-ext' | 'cyrillic' | 'greek' | 'arabic';

/** A piece of text in one font. */
export interface TextRun {
  /** As the font is given it: a run of joined letters in logical order, its font turns it around; others as they are seen. */
  text: string;
  font: FontName;
}

const bidi = bidiFactory();

/** The font that holds a character; null = none of ours. */
export function fontOf(character: string): FontName | null {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0x20 && code <= 0xff) return 'latin';
  if (/[\u2013\u2014\u2018-\u201e\u2022\u2026]/.test(character)) return 'latin';
  if (/\p{Script=Latin}/u.test(character)) return 'latin-ext';
  if (/[\u0400-\u045f]/.test(character)) return 'cyrillic';
  if (/[\u0370-\u03ff]/.test(character)) return 'greek';
  if (/[\u0600-\u06ff\u0750-\u077f]/.test(character)) return 'arabic';
  return null;
}

/** Can all of it be set? Directional marks are not set, but may be there. */
export function isSettable(text: string): boolean {
  return [...withoutMarks(text)].every((character) => fontOf(character) !== null);
}

function withoutMarks(text: string): string {
  return text.normalize('NFC').replace(/[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g, '');
}

interface Piece extends TextRun {
  level: number;
}

/** Pieces of one level and one font, in logical order. A space is a piece of its own: words join no letters. */
function piecesOf(text: string): Piece[] {
  const { levels } = bidi.getEmbeddingLevels(text);
  const mirrored = bidi.getMirroredCharactersMap(text, levels);
  const pieces: Piece[] = [];
  let at = 0;
  for (const character of text) {
    const level = levels[at];
    const sign = mirrored.get(at) ?? character;
    const font = fontOf(sign) ?? 'latin';
    const last = pieces.at(-1);
    const isJoined =
      last?.font === font && last.level === level && sign !== ' ' && last.text !== ' ';
    if (last && isJoined) last.text += sign;
    else pieces.push({ text: sign, font, level });
    at += character.length;
  }
  return pieces;
}

/** Turns around what lies at or above each level, from the highest down: rule L2. */
function reorder(pieces: Piece[]): Piece[] {
  const ordered = [...pieces];
  const highest = Math.max(0, ...pieces.map(({ level }) => level));
  for (let level = highest; level >= 1; level--) {
    for (let from = 0; from < ordered.length; from++) {
      if (ordered[from].level < level) continue;
      let to = from;
      while (to < ordered.length && ordered[to].level >= level) to += 1;
      ordered.splice(from, to - from, ...ordered.slice(from, to).reverse());
      from = to;
    }
  }
  return ordered;
}

/** Runs of a line, left to right. */
export function textRuns(line: string): TextRun[] {
  return reorder(piecesOf(withoutMarks(line))).map(({ text, font, level }) => {
    const isTurned = level % 2 === 1 && font !== 'arabic';
    return { text: isTurned ? [...text].reverse().join('') : text, font };
  });
}

/** Does a text begin at the right? */
export function isRightToLeft(text: string): boolean {
  return bidi.getEmbeddingLevels(text).paragraphs[0]?.level === 1;
}
