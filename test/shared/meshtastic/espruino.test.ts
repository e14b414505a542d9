/*
 * The same run on Node and on the real Espruino interpreter gives the same lines. Skipped without env ESPRUINO.
 */
import { expect, test } from 'vitest';
import { createFramer } from '../../../shared/meshtastic/stream';
import { espruinoPath, lowered, runEspruino } from '../../espruino/interpreter';
import { readRecording } from '../../recordings/recording';
import { hex, recordedFrames } from './on-air';
import { readFrames, readStream, writeMessages } from './on-chip';

function fromRadio(): string[] {
  const names = ['send-real-ack.jsonl', 'handshake-69420-2.jsonl', 'native-node.jsonl'];
  const chunks = names.flatMap((name) => readRecording(name).chunks.slice(0, 60));
  return chunks.filter(({ toRadio }) => !toRadio).map(({ bytes }) => hex(bytes));
}

function toRadio(): string[] {
  const bodies: string[] = [];
  const framer = createFramer((body) => bodies.push(hex(body)) > 0);
  for (const { toRadio, bytes } of readRecording('line-node1.jsonl').chunks) {
    if (toRadio) framer.push(bytes);
  }
  return bodies;
}

const input = {
  stream: fromRadio(),
  messages: toRadio(),
  frames: recordedFrames.slice(0, 12).map(({ raw }) => hex(raw)),
};

const ENTRY = `
import { readFrames, readStream, writeMessages } from './on-chip';
const say = (line) => print('\\n@' + line);
const input = ${JSON.stringify(input)};
readStream(input.stream, say);
writeMessages(input.messages, say);
readFrames(input.frames, say);
`;

test.skipIf(!espruinoPath)('Node and Espruino agree', async () => {
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  readStream(input.stream, say);
  writeMessages(input.messages, say);
  readFrames(input.frames, say);
  expect(lines.length).toBeGreaterThan(100);
  expect(await runEspruino(await lowered(ENTRY, import.meta.dirname))).toEqual(lines);
});
