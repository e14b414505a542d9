/*
 * The link to a radio: what it knows of the settings while answers come twice or break off.
 * Oracle: the handshake of a recorded radio (test/fixtures/meshtasticd/provisioning.jsonl).
 */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openRadioLink } from '../../../../scripts/technician/radio/link';

interface Line {
  dir: string;
  conn: number;
  hex: string;
}

const [head, ...lines] = readFileSync('test/fixtures/meshtasticd/provisioning.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
const NONCE = head.expect.sessions[1].nonce_sent as number;
const HANDSHAKE = Buffer.concat(
  (lines as Line[])
    .filter(({ dir, conn }) => dir === 'from_radio' && conn === 2)
    .map(({ hex }) => Buffer.from(hex, 'hex')),
);

test('a second answer that breaks off takes nothing away from the first', async () => {
  const link = await openRadioLink(
    'tcp://radio',
    { nonce: () => NONCE, packetId: () => 1 },
    (events) => {
      queueMicrotask(() => {
        events.opened();
        events.received(new Uint8Array(HANDSHAKE));
        // It was asked again: the same once more, of which this is the beginning.
        events.received(new Uint8Array(HANDSHAKE.subarray(0, 200)));
      });
      return { write: () => {}, flushed: async () => {}, close: () => {} };
    },
  );
  expect(link.settings.owner).toMatchObject({ longName: head.expect.owner.long_name });
  expect(link.settings.configs.get('lora')).toMatchObject({ region: 3, modemPreset: 4 });
  expect(link.settings.channels.get(0)).toBeDefined();
  link.close();
});
