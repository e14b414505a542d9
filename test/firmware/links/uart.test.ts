/*
 * What: the serial link through everything that happens at a radio's port for years.
 * From where to where: the built bundle on a virtual board, wired to the virtual radio that was proven against recorded
 * bytes of the real one; the oracle is what reaches the gateway's client.
 */
import { expect, test } from 'vitest';
import { createRandomStream } from '../../../hardware/virtual/random';
import { LONG_FAST } from '../../../shared/meshtastic/airtime';
import { connectClient, type TestClient } from '../../hardware/radio/client';
import { HOUR_MS } from '../bench';
import { createField, type Field, passHours } from '../field';

const MINUTE_MS = 60_000;

function storedUpTo(field: Field, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `1/${i + 1}`).filter(
    (name) => !field.stored.includes(name),
  );
}

test('hours of quiet: the radio keeps its session, every record arrives once and is acknowledged', () => {
  const field = createField();
  passHours(field, 30);
  expect(storedUpTo(field, 29)).toEqual([]);
  expect(field.arrivals).toHaveLength(field.stored.length);
  expect(field.timed).toBeGreaterThanOrEqual(27);
  expect(field.board.counts().uncaught).toEqual([]);
});

test('the radio loses its power now and then, also in the middle of a packet', () => {
  const field = createField();
  const random = createRandomStream(3, 'reboots');
  const { world, radios } = field.scene;
  for (let hour = 0; hour < 24; hour++) {
    passHours(field, 0.3 + random.below(60) / 100);
    radios[0].powerOff();
    world.runUntil(world.nowMs() + random.below(10) * MINUTE_MS);
    radios[0].powerOn();
  }
  passHours(field, 3);
  const closed = Math.floor(world.nowMs() / HOUR_MS) - 1;
  expect(storedUpTo(field, closed)).toEqual([]);
});

test('garbage on the line: half frames, false headers, text, silence in between', () => {
  const field = createField();
  const random = createRandomStream(4, 'garbage');
  const { world } = field.scene;
  const pieces = [
    [0x94, 0xc3],
    [0x94, 0xc3, 0x01],
    [0x94, 0xc3, 0xff, 0xff],
    [0x94, 0xc3, 0x01, 0xf0, 0x22],
    [0x94, 0x94, 0xc3, 0x00, 0x02],
    [0xe2, 0x80, 0x94, 0x0a],
  ];
  const spoil = (): void => {
    const noise = Array.from({ length: random.below(60) }, () => random.below(256));
    field.board.runUntil(world.nowMs());
    field.board.receive(Uint8Array.from([...noise, ...pieces[random.below(pieces.length)]]));
    field.step();
    world.at(world.nowMs() + 1000 + random.below(2 * MINUTE_MS), spoil);
  };
  world.at(1000, spoil);
  passHours(field, 26);
  expect(storedUpTo(field, 24)).toEqual([]);
  expect(field.board.counts().uncaught).toEqual([]);
});

test('another client takes the answers: nothing is lost, and the air is not flooded', () => {
  const field = createField();
  const { world, radios } = field.scene;
  world.runUntil(10 * MINUTE_MS);
  const thief = connectClient(world, radios[0]);
  thief.send({ case: 'wantConfigId', value: 69420 });
  passHours(field, 24);
  expect(storedUpTo(field, 22)).toEqual([]);
  // Without any answer the worst is one attempt in RETRY_S_MAX for each of the last records, and one in CATCH_UP_S.
  expect(field.arrivals.length).toBeLessThan(24 * 6);
  thief.close();
  passHours(field, 3);
  const sent = field.arrivals.length;
  passHours(field, 10);
  expect(field.arrivals.length - sent).toBeLessThanOrEqual(13);
});

test('the radio may not send any more (duty cycle), or its queue is full: the record waits its turn', () => {
  const field = createField({ radios: { region: 'UA_868', preset: LONG_FAST } });
  const { world, radios } = field.scene;
  let noisy: TestClient | undefined;
  const shout = (): void => {
    noisy ??= connectClient(world, radios[0]);
    noisy.sendPacket({ to: 0xffffffff, hopLimit: 0, portnum: 256, payload: new Uint8Array(200) });
    if (world.nowMs() < 4 * HOUR_MS) world.at(world.nowMs() + 10_000, shout);
    else noisy.close();
  };
  // Its share of an hour is used up, and comes back, half an hour away from the moments of the records.
  world.at(35 * MINUTE_MS, shout);
  passHours(field, 4);
  expect(field.handedOver).toBeGreaterThan(field.arrivals.length);
  expect(radios[0].statistics().dutyCycleRefusals).toBeGreaterThan(100);
  passHours(field, 10);
  expect(storedUpTo(field, 12)).toEqual([]);
});

test('a radio without the channel is never spoken through', () => {
  const field = createField({ radio: { channels: [{ name: 'other', psk: new Uint8Array([1]) }] } });
  passHours(field, 3);
  expect(field.handedOver).toBe(0);
});
