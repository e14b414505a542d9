/*
 * Somebody near an MDBT42Q connects by Bluetooth and goes again: the console must not fall back to the wires of the radio, where what
 * comes over the mesh would be typed in. The bench program, to which no radio is wired, takes the cable back. That the door by Bluetooth closes later: test/scripts/technician/provision-mdbt42q.test.ts.
 * Source of how Espruino moves its console: 2v29 targets/nrf5x/bluetooth.c (connected, disconnected), src/jsinteractive.c
 * (jsiGetPreferredConsoleDevice), libs/bluetooth/jswrap_bluetooth.c (sleep).
 */
import { expect, test } from 'vitest';
import { BLUETOOTH_MS } from '../../../firmware/node-limits';
import { createBenchBoard } from '../../../hardware/virtual/console/boards';
import { putProgram } from '../../scripts/technician/support/bench-kit';
import { benchClient } from './bench-client';

const TYPED = Buffer.from('\x03\n\x10global.typed=1\n');

/** A board that runs this program; '' = plain Espruino. */
function boardWith(program: string) {
  const client = benchClient(createBenchBoard({ kind: 'mdbt42q', seed: 5 }));
  if (program !== '') putProgram(client.model, program);
  client.model.powerOn();
  client.wait(1000);
  return client;
}

function visit(client: ReturnType<typeof benchClient>): void {
  client.model.bluetooth(true);
  client.model.bluetooth(false);
}

test.each(['water-point', 'canteen'])(
  '%s: after a visit what the wires say is not typed in',
  (program) => {
    const client = boardWith(program);
    visit(client);
    client.model.receiveOnSerial1(TYPED);
    client.model.bluetooth(true);
    expect(client.ask('typeof typed')).toBe('"undefined"');
  },
);

test('plain Espruino does type it in: that is what the loader prevents', () => {
  const client = boardWith('');
  visit(client);
  client.model.receiveOnSerial1(TYPED);
  client.model.bluetooth(true);
  expect(client.ask('typeof typed')).toBe('"number"');
});

test('the bench program: at the cable as long as nobody comes by Bluetooth, who keeps it, too', () => {
  const client = boardWith('bench-mdbt42q');
  expect(client.say('1+1\n')).toBe('');
  client.model.receiveOnSerial1(TYPED);
  client.model.bluetooth(true);
  expect(client.ask('typeof typed')).toBe('"number"');
  client.say('\x10load()\n', 1000);
  expect(client.ask('typeof typed')).toBe('"undefined"');
  client.wait(2 * BLUETOOTH_MS);
  expect(client.ask('1+1')).toBe('2');
});
