/*
 * What the gateway makes of the recorded radios' settings, and of recordings that are cut off or damaged.
 */
// @ts-expect-error the package names a file of types that it does not contain
import * as protobufs from '@meshtastic/protobufs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { radioProblems, radioSummary, radioWarnings } from '../../gateway/core/radio-checks';
import type { RadioInfo } from '../../gateway/core/radio-info';
import { createRadioSession, type SessionEvent } from '../../gateway/core/radio-session';
import { createSendQueue } from '../../gateway/core/send-queue';
import { type Chunk, readRecording, recordingNames } from './recording';

// biome-ignore lint/suspicious/noExplicitAny: the package has no types, see above
const { Config } = protobufs as any;
const RUNS = 60 * Number(process.env.TALLYWELL_TEST_RUNS ?? 1);

/** Plays what the radio said, whatever was asked: nonces are those it answers. */
function listen(chunks: Chunk[], nonces: number[]): { info: RadioInfo; events: SessionEvent[] } {
  let at = 0;
  const session = createRadioSession({ nonce: () => nonces[at++] ?? 1, packetId: () => 1 });
  const events: SessionEvent[] = [];
  let conn = 0;
  for (const { bytes, tMs, toRadio, conn: on } of [...chunks].sort((a, b) => a.conn - b.conn)) {
    if (toRadio) continue;
    if (on !== conn) {
      session.closed(tMs);
      events.push(...session.start(tMs).events);
    }
    conn = on;
    events.push(...session.feed(bytes, tMs).events, ...session.tick(tMs).events);
  }
  return { info: session.info(), events };
}

function firstNonces(name: string): number[] {
  const { expect: head } = readRecording(name);
  const first = new Map<number, number>();
  for (const { conn, nonce_sent } of head.sessions) {
    if (!first.has(conn)) first.set(conn, nonce_sent);
  }
  return [...first.values()];
}

/** A handshake for the node database alone tells no settings. */
function tellsSettings(name: string): boolean {
  const { firmware_version, lora } = readRecording(name).expect;
  return firmware_version !== null && lora !== null;
}

test.each(recordingNames().filter(tellsSettings))(
  '%s: its settings are shown and judged as computed from the recording alone',
  (name) => {
    const { chunks, expect: head } = readRecording(name);
    const { info } = listen(chunks, firstNonces(name));
    const ours = info.channels.find(({ settings }) => settings?.name.toLowerCase() === 'serial');
    const key = Buffer.from(ours?.settings?.psk ?? []);
    const letters = Buffer.from(ours?.settings?.name ?? '');
    const hash = [...key, ...letters].reduce((xor, byte) => xor ^ byte, 0);
    const warnings = radioWarnings(info, 'serial').join('; ');
    expect(warnings.includes('hash is 0')).toBe(ours !== undefined && hash === 0);
    expect(radioProblems(info, 'serial').some((one) => one.includes('no channel'))).toBe(!ours);
    const isTried = head.firmware_version?.startsWith('2.7.') === true;
    expect(/firmware/.test(warnings)).toBe(!isTried);
    const summary = radioSummary(info, 'serial');
    expect(summary.firmware).toBe(head.firmware_version);
    expect(summary.channel).toBe(ours?.index ?? null);
    expect(summary.region).toBe(Config.Config_LoRaConfig_RegionCode[head.lora.region]);
    expect([summary.hopLimit, summary.txEnabled]).toEqual([
      head.lora.hop_limit,
      head.lora.tx_enabled,
    ]);
    expect([summary.role, summary.rebroadcastMode, summary.bluetooth]).not.toContain(null);
  },
);

test.each(recordingNames().filter((name) => name.startsWith('send-duty-cycle')))(
  '%s: the queue stops for as long as the radio said',
  (name) => {
    const { chunks, expect: head } = readRecording(name);
    const queue = createSendQueue();
    const session = createRadioSession({ nonce: () => firstNonces(name)[0], packetId: () => 1 });
    session.start(0);
    let blockedAtMs = 0;
    const give = (id: number, tMs: number) => {
      const one = { key: `${id}`, tag: id, airtimeMs: 1, packet: {} };
      queue.given({ ...one, sinceMs: tMs }, id, tMs);
      session.send({ id, to: 0xffffffff }, tMs);
    };
    const sent = [...head.sent];
    for (const { bytes, tMs, toRadio } of chunks) {
      while (sent.length > 0 && sent[0].t_ms <= tMs) give(sent.shift().id, tMs);
      if (toRadio) continue;
      for (const event of session.feed(bytes, tMs).events) {
        if (event.type === 'sent') queue.onSent(event.sent, event.outcome, event.final, tMs);
      }
      if (blockedAtMs === 0 && queue.blockedUntilMs(tMs) !== null) blockedAtMs = tMs;
    }
    const last = head.client_notifications.at(-1);
    const minutes = Number(/in (\d+) min/.exec(last.message)?.[1]);
    expect(queue.blockedUntilMs(last.t_ms)).toBe(last.t_ms + minutes * 60_000);
    const firstNak = head.sent.find(({ outcome }: { outcome: string }) =>
      outcome.startsWith('nak'),
    );
    expect(blockedAtMs).toBe(firstNak.queue_status[0].t_ms);
    const verdicts = queue.takeConclusions().map(({ verdict }) => verdict);
    const naks = head.sent.filter(({ outcome }: { outcome: string }) => outcome.startsWith('nak'));
    expect(verdicts.filter((one) => one === 'failed').length).toBe(naks.length);
    expect(verdicts.length).toBe(head.sent.length);
  },
);

test('recordings cut off or damaged anywhere: no throw, no packet that was not there', () => {
  const names = recordingNames().filter((name) => /receive-private|offline|full/.test(name));
  const fault = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    xor: fc.integer({ min: 0, max: 255 }),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.array(fault, { maxLength: 5 }),
      fc.boolean(),
      (name, faults, isCut) => {
        const { chunks, expect: head } = readRecording(name);
        const heard = chunks.filter(({ toRadio }) => !toRadio);
        const damaged = heard.map((chunk) => ({ ...chunk, bytes: new Uint8Array(chunk.bytes) }));
        for (const { at, xor } of faults) {
          const { bytes } = damaged[Math.min(damaged.length - 1, Math.floor(at * damaged.length))];
          if (bytes.length > 0) bytes[Math.floor(at * 7919) % bytes.length] ^= xor;
        }
        const end = isCut ? Math.floor((faults[0]?.at ?? 1) * damaged.length) : damaged.length;
        const { events } = listen(damaged.slice(0, end), firstNonces(name));
        const packets = events.filter(({ type }) => type === 'packet').length;
        const known =
          head.received_private.length + head.received_other.length + head.undecoded_packets.length;
        // Here nothing was sent, so answers to what was are packets too.
        const answers = head.sent.flatMap(({ routing }: { routing: object[] }) => routing).length;
        // A damaged frame may turn an answer or an own packet into one of a stranger, never one into two.
        expect(packets).toBeLessThanOrEqual(known + answers + faults.length);
      },
    ),
    { numRuns: RUNS, seed: 20261128 },
  );
});
