/*
 * What packets.ts concludes from bytes that real Espruino interpreters sent, in pieces of any size, is what the recordings
 * say is true. The recordings were made without this code.
 */
import { expect, test } from 'vitest';
import { findResponse, readStringLiteral } from '../../../../scripts/technician/board/packets';
import { type Concluded, conclude, readRecording, recordings } from './recorded';

const PIECES = [1, 3, 64, 100_000];

function played(name: string, pieceBytes: number) {
  const { expect: wanted, exchanges } = readRecording(name);
  const all = exchanges.map((exchange) => conclude(exchange, pieceBytes));
  return { wanted, all, packets: all.filter(({ type }) => type !== 'other') };
}

const countOf = (packets: Concluded[], reply: string): number =>
  packets.filter((packet) => packet.type !== 'EVAL' && packet.reply === reply).length;

const lastCheck = (packets: Concluded[]): string | null | undefined =>
  packets.findLast(({ type, content }) => type === 'EVAL' && content.includes('E.CRC32'))?.response;

for (const pieceBytes of PIECES) {
  test.each(recordings(/^c_send_/))(
    `%s in pieces of ${pieceBytes}: acknowledged, read back`,
    (name) => {
      const { wanted, packets } = played(name, pieceBytes);
      expect(countOf(packets, 'ACK')).toBe(wanted.acks);
      expect(countOf(packets, 'NAK')).toBe(wanted.naks);
      expect(lastCheck(packets)).toBe(wanted.read_back);
    },
  );

  test.each(recordings(/^c_(eval_ok|eval_errors)/))(
    `%s in pieces of ${pieceBytes}: each expression answered, or refused with its reason`,
    (name) => {
      const { wanted, packets } = played(name, pieceBytes);
      expect(packets.map(({ content, reply }) => [content.trimEnd(), reply])).toEqual(
        wanted.packets.map((one: { code: string; reply: string }) => [
          one.code.trimEnd(),
          one.reply,
        ]),
      );
      for (const [i, { reply, text }] of wanted.packets.entries()) {
        if (reply === 'ACK') expect(packets[i]?.response).toBe(text);
        else expect(packets[i]?.fault).toBe('exception');
      }
    },
  );

  test.each(recordings(/^b_identify_eval/))(`%s in pieces of ${pieceBytes}`, (name) => {
    const { wanted, packets } = played(name, pieceBytes);
    const answers = packets.map(({ content, response }) => [content.trimEnd(), response]);
    expect(Object.fromEntries(answers)).toEqual(wanted.answers);
  });

  test.each(recordings(/^b_identify_json/))(`%s in pieces of ${pieceBytes}`, (name) => {
    const { wanted, packets } = played(name, pieceBytes);
    const answers = packets.map(({ content, response }) => [
      /^JSON\.stringify\((.*)\)\s*$/.exec(content)?.[1],
      JSON.parse(readStringLiteral(response ?? '') ?? ''),
    ]);
    expect(Object.fromEntries(answers)).toEqual(wanted.answers);
  });

  test.each(recordings(/^c_binary/))(`%s in pieces of ${pieceBytes}`, (name) => {
    const { wanted, packets } = played(name, pieceBytes);
    expect(lastCheck(packets)).toBe(wanted.read_back);
    expect(countOf(packets, 'ACK')).toBe(wanted.replies.ACK);
  });
}

test.each(recordings(/^c_(full|toobig)/))('%s: a full Storage acknowledges and says so', (name) => {
  const { wanted, packets } = played(name, 64);
  expect(countOf(packets, 'ACK')).toBeGreaterThanOrEqual(wanted.replies.ACK);
  expect(countOf(packets, 'NAK')).toBe(0);
  expect(packets.some(({ fault }) => fault === 'storage-full')).toBe(true);
});

test.each(recordings(/^c_nak_cases/))('%s: what must be refused is refused', (name) => {
  const { wanted, all } = played(name, 1);
  const replies = Object.values(wanted.packets).filter((reply) => reply !== 'not sent');
  expect(all.slice(1).map(({ reply }) => reply)).toEqual(replies);
});

test.each(recordings(/^c_eval_linefeed/))('%s: what the board puts in is taken out', (name) => {
  const { wanted, packets } = played(name, 1);
  expect(packets[0]?.response).toHaveLength(wanted.header_length);
  expect(packets[0]?.response).not.toContain('\r');
});

test.each(recordings(/^c_eval_(toolong|long_oom)/))(
  '%s: a header that lies is no answer',
  (name) => {
    const { exchanges } = readRecording(name);
    const last = exchanges.at(-1);
    expect(
      findResponse(last?.received ?? Buffer.alloc(0), (content) => content.at(-1) === 0x22),
    ).toBeNull();
  },
);

test.each(recordings(/^h_prints_/))(
  '%s: printed acknowledgements and answers deceive nobody',
  (name) => {
    const { expect: wanted, exchanges } = readRecording(name);
    const answers: string[] = [];
    for (const exchange of exchanges) {
      const { type, content, response } = conclude(exchange, 7, (text) => text !== 'no');
      if (type === 'EVAL' && response !== null && !content.includes('CRC32'))
        answers.push(response);
    }
    const replied = wanted.naive_answers.filter(([code]: string[]) => code !== 'nothere');
    const values = replied.map(([code]: [string]) => ANSWERS[code] ?? code);
    // The last expression only stops the printing.
    expect(answers.slice(0, values.length)).toEqual(values);
  },
);

/** What the expressions of those recordings are worth; written down by hand. */
const ANSWERS: Record<string, string> = {
  '1+1': '2',
  '2+2': '4',
  '3+3': '6',
  '4+4': '8',
  '({a:1})': '{a:1}',
  'process.version': '"2v29.277"',
};

test.each([
  ['b_error_flags_MDBT42Q', 'out-of-memory'],
  ['e_boot_exception_XIAO', 'exception'],
  ['e_boot_syntax_MDBT42Q', 'exception'],
  ['e_corrupt_random_XIAO', 'storage-corrupt'],
  ['e_corrupt_all_zero_MDBT42Q', 'storage-corrupt'],
])('%s: %s', (name, fault) => {
  const { all } = played(name, 100_000);
  expect(all.map((one) => one.fault)).toContain(fault);
});

test.each(['e_bootcde_MDBT42Q', 'c_send_1k_p128_MDBT42Q', 'e_corrupt_data_MDBT42Q'])(
  '%s: nothing to complain of',
  (name) => {
    const { all } = played(name, 100_000);
    expect(all.map((one) => one.fault).filter((fault) => fault !== null)).toEqual([]);
  },
);
