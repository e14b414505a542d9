/*
 * recordings.test.ts: the model of Espruino's console against recordings of the real interpreter: the same bytes go in, what
 * comes out is set side by side, byte by byte, but for what the list below names.
 */
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { play, RECORDINGS, readRecording, type Step } from './recording';

/** Recordings that cannot come out equal, and why. Of these the ACKs and NAKs must. */
const APART: { [name: string]: string } = {
  c_eval_long_oom_MDBT42Q:
    'memory ends in the middle of writing the answer: the model does not count so finely',
  e_corrupt_data_MDBT42Q: 'the recording does not say which bytes were damaged',
  e_corrupt_first_header_MDBT42Q: 'Node refuses the name X before a byte 2; Espruino runs into it',
  i_bytes_control_MDBT42Q: 'completion of names with Tab is not modelled',
  d_huge_lines_MDBT42Q: 'the moment at which memory ends is an estimate',
  d_big_block_PICO: 'the moment at which memory ends is an estimate',
  c_full_PICO: 'a chunk of the recording ends inside a text',
  i_string_high_XIAO: 'the Linux build reads UTF-8 in strings',
};

/** A recording that breaks off before any packet. */
const NO_PACKETS = 'd_huge_lines_MDBT42Q';

/** What a program prints by its own clock may come before or after an answer. */
const OWN_CLOCK =
  /(?:<06><15> fake ack \d+<10><01><00><02>no|flow \d+ l\/min|tick \d+|boot noise \d+|again|\x94\xc3<00><05>hello|Uncaught ReferenceError: "undefinedCall" is not defined)/g;

const isOwnClock = (name: string): boolean =>
  /noise_program|h_prints|owned_frames|late_exc/.test(name);

/** Control characters as <hex>, but line ends. */
function visible(text: string): string {
  const shown = (char: string): string => `<${char.charCodeAt(0).toString(16).padStart(2, '0')}>`;
  return [...text]
    .map((char) => (char < ' ' && char !== '\r' && char !== '\n' ? shown(char) : char))
    .join('');
}

/** Without what differs from build to build, or is told by the host's clock. */
function comparable(text: string): string {
  return (
    visible(text)
      // The lines below an exception: place, code, caret.
      .replace(/ {4}at [^\r]*\r\n[^\r]*\r\n *\^\r\n/g, '')
      .replace(/EXPTR\S*?:\d+/g, '')
      .replace(/gctime\S*?:[\d.]+/g, '')
      .replace(/(free|usage)(\\?"?):\d+/g, '$1')
      .replace(/MODULES\S*?:[^}]*/g, '')
      .replace(/\[\d+,(?:2950|14000|8190|5100)\]/g, '')
  );
}

function whole(steps: Step[], side: 'recorded' | 'model', name: string): string {
  const text = comparable(steps.map((step) => step[side]).join(''));
  const withoutOwn = isOwnClock(name)
    ? text.replace(OWN_CLOCK, '').replace(/<1b>\[J|>|\r|\n/g, '')
    : text;
  // Lengths in heads of packets follow from what was taken out.
  return withoutOwn.replace(/<10><01>(?:<..>|[\s\S]){2}/g, '<packet>');
}

const signs = (text: string): string =>
  [...text].filter((c) => c === '\x06' || c === '\x15').join('');

const names = readdirSync(RECORDINGS)
  // Of one, a race between threads of the Linux build lost characters.
  .filter((name) => name.endsWith('.jsonl') && !name.startsWith('d_bytes_lost'))
  .map((name) => name.replace('.jsonl', ''));

test('there are recordings of every kind', () => {
  expect(new Set(names.map((name) => name[0]))).toEqual(new Set('abcdefghi'));
});

test.each(names.filter((name) => !APART[name]))(
  '%s: the model says what the interpreter said',
  (name) => {
    const steps = play(readRecording(`${name}.jsonl`));
    expect(whole(steps, 'recorded', name)).not.toBe('');
    expect(whole(steps, 'model', name)).toBe(whole(steps, 'recorded', name));
  },
);

test.each(names.filter((name) => APART[name] && name !== NO_PACKETS))(
  '%s: the same ACKs and NAKs',
  (name) => {
    const steps = play(readRecording(`${name}.jsonl`));
    const told = (side: 'recorded' | 'model') => signs(steps.map((step) => step[side]).join(''));
    expect(told('recorded')).not.toBe('');
    expect(told('model')).toBe(told('recorded'));
  },
);

test("too many lines for the memory: told in the interpreter's words, and nothing runs after it", () => {
  const steps = play(readRecording(`${NO_PACKETS}.jsonl`));
  const model = steps.map((step) => step.model).join('');
  const told = 'OUT OF MEMORYExecution Interrupted\r\nNew interpreter error: LOW_MEMORY,MEMORY\r\n';
  expect(steps.map((step) => step.recorded).join('')).toContain(told);
  expect(model).toContain(told);
  expect(model).not.toContain('ENDMARK');
});
