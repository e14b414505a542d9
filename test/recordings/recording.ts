/*
 * recording.ts: a recorded conversation between a Meshtastic radio and its client, read from a .jsonl file.
 * Way: test/fixtures/meshtasticd (or the folder in TALLYWELL_RECORDINGS) -> player.
 * Source: form described in test/fixtures/meshtasticd/README.md.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One chunk as it was read from or written to the connection. */
export interface Chunk {
  tMs: number;
  conn: number;
  toRadio: boolean;
  bytes: Uint8Array;
}

/** `expect` of the head line, as far as a client can know it. */
export interface Expectation {
  my_node_num: number | null;
  firmware_version: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: compared as a whole, never used by its parts
  [name: string]: any;
}

export interface Recording {
  name: string;
  expect: Expectation;
  chunks: Chunk[];
}

const FOLDER =
  process.env.TALLYWELL_RECORDINGS ?? join(import.meta.dirname, '..', 'fixtures', 'meshtasticd');

/** Names of all recordings of the folder. */
export function recordingNames(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.jsonl'))
    .sort();
}

/** Reads one recording; events and air records are left out. */
export function readRecording(name: string): Recording {
  const [head, ...records] = readFileSync(join(FOLDER, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const chunks = records
    .filter(({ dir }) => dir === 'to_radio' || dir === 'from_radio')
    .map(({ t_ms, conn, dir, hex }) => ({
      tMs: t_ms,
      conn,
      toRadio: dir === 'to_radio',
      bytes: new Uint8Array(Buffer.from(hex, 'hex')),
    }));
  return { name, expect: head.expect, chunks };
}
