/*
 * Every recording of a real radio, played whole, byte by byte, joined and cut anew: the session must conclude what the
 * recording says a correct client concludes. TALLYWELL_RECORDINGS names another folder of the same form.
 */
import { expect, test } from 'vitest';
import { type Played, play } from './player';
import { merged, shuffledCuts, single } from './rechunk';
import { type Expectation, readRecording, recordingNames } from './recording';

const RUNS = Number(process.env.TALLYWELL_TEST_RUNS ?? 1);

// biome-ignore lint/suspicious/noExplicitAny: the recordings' own words
type Loose = any;

// On a real radio no message tells that a packet taken was then dropped: to a client it is queued.
function knowable(outcome: string): string {
  return outcome === 'dropped_silently' ? 'queued' : outcome;
}

function expectedSent(sent: Loose[]): Loose[] {
  return sent.map(({ t_ms, conn, id, to, portnum, queue_status, routing, outcome }) => ({
    t_ms,
    conn,
    id,
    to,
    portnum,
    queue_status,
    routing,
    outcome: knowable(outcome),
  }));
}

function expected(head: Expectation): Loose {
  const { my_node_num, firmware_version, owner, channels, lora, nodes } = head;
  return {
    radio: { my_node_num, firmware_version, owner, channels, lora, nodes },
    sessions: head.sessions.map(({ duration_ms, ...rest }: Loose) => rest),
    received_private: head.received_private,
    received_other: head.received_other,
    undecoded_packets: head.undecoded_packets,
    own_packets_by_portnum: head.own_packets_by_portnum,
    admin_responses: head.admin_responses,
    sent: expectedSent(head.sent),
    heartbeats_sent: head.heartbeats_sent,
    queue_status_with_id_0: head.queue_status_with_id_0,
    rebooted_flags: head.rebooted_flags,
    client_notifications: head.client_notifications,
    stray_bytes: head.stray_bytes,
    from_radio_messages: head.from_radio_messages,
  };
}

function concluded(played: Played): Loose {
  const { writtenOtherwise, nextDueMs, radio, client_notifications, ...rest } = played;
  const { serialIndex, ...told } = radio;
  const notifications = client_notifications.map(({ conn, ...words }) => words);
  return { ...rest, radio: told, client_notifications: notifications };
}

// Joined chunks come later than they did: times are compared only where the pieces are the recorded ones.
function withoutTimes(value: Loose): Loose {
  return JSON.parse(JSON.stringify(value), (key, inner) => (key === 't_ms' ? undefined : inner));
}

test('there are recordings to play', () => {
  expect(recordingNames().length).toBeGreaterThan(0);
});

test.each(recordingNames())('%s: as recorded', (name) => {
  const recording = readRecording(name);
  const played = play(recording.chunks);
  expect(concluded(played)).toEqual(expected(recording.expect));
  expect(played.writtenOtherwise).toEqual([]);
  expect(played.nextDueMs).toBe(Number.POSITIVE_INFINITY);
});

test.each(recordingNames())('%s: cut otherwise', (name) => {
  const { chunks, expect: head } = readRecording(name);
  const ways = [merged(chunks), single(chunks)];
  for (let run = 0; run < 2 * RUNS; run++) ways.push(shuffledCuts(chunks, 7 + run));
  for (const way of ways) {
    const played = play(way);
    expect(withoutTimes(concluded(played))).toEqual(withoutTimes(expected(head)));
    expect(played.writtenOtherwise).toEqual([]);
  }
});
