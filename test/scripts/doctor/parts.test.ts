/*
 * Tests of the parts of `tallywell doctor`: a radio's words, serial ports, the card, ports and brokers, the table.
 */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unknownRadio } from '../../../gateway/core/radio-info';
import { findingsText, told } from '../../../scripts/doctor/finding';
import { nodeFinding, wearFinding } from '../../../scripts/doctor/machine';
import { brokerFinding, portFinding } from '../../../scripts/doctor/network';
import { infoFindings } from '../../../scripts/doctor/radio';
import { holderOf, portFindings } from '../../../scripts/doctor/serial-port';
import { testFolder } from '../../gateway/support/places';
import { startPty } from '../../gateway/support/pty';

const SERIAL = {
  index: 0,
  role: 1,
  settings: {
    psk: new Uint8Array(32).fill(7, 1),
    name: 'serial',
    id: 0,
    uplinkEnabled: false,
    downlinkEnabled: false,
  },
};
const LORA = { usePreset: true, modemPreset: 0, region: 3, txEnabled: true } as never;
const METADATA = { role: 0, firmwareVersion: '2.7.26' };
const GOOD_INFO = {
  ...{ ...unknownRadio(), myNodeNum: 1 },
  ...{ lora: LORA, channels: [SERIAL], metadata: METADATA },
};

test.each<[string, object, string]>([
  ['no channel', { channels: [] }, 'no channel named'],
  ['no region', { lora: { ...(LORA as object), region: 0 } }, 'no region'],
  ['sending is off', { lora: { ...(LORA as object), txEnabled: false } }, 'switched off'],
  ['a router', { metadata: { role: 2, firmwareVersion: '2.7.26' } }, 'ROUTER'],
  ['old firmware', { metadata: { role: 0, firmwareVersion: '2.3.1' } }, 'is too old'],
  [
    'the open default key',
    { channels: [{ ...SERIAL, settings: { ...SERIAL.settings, psk: new Uint8Array([1]) } }] },
    'the key of the channel is the public one',
  ],
  [
    'a hash of 0',
    // The bytes of the name "serial" XORed are 0, so a key of zeros is enough.
    { channels: [{ ...SERIAL, settings: { ...SERIAL.settings, psk: pskWithHash0() } }] },
    'hash is 0, the mark of public-key packets',
  ],
])('a radio with %s is told', (_name, change, words) => {
  const findings = infoFindings('radio 1', { ...GOOD_INFO, ...change } as never);
  const bad = findings.filter(({ level }) => level !== 'ok');
  expect(bad.map(({ found }) => found).join()).toContain(words);
  for (const { todo } of bad) expect(todo).toMatch(/\w/);
  const good = infoFindings('radio 1', GOOD_INFO as never);
  expect(good.map(({ level }) => level)).toEqual(['ok']);
});

function pskWithHash0(): Uint8Array {
  const psk = new Uint8Array(32);
  psk[0] = [...Buffer.from('serial')].reduce((hash, byte) => hash ^ byte, 0);
  return psk;
}

test('serial ports: a name that moves, the name that does not, who holds it', async () => {
  const folder = testFolder();
  const { path } = await startPty();
  expect(holderOf(path)).toMatch(/^python\S* \(process \d+\)$/);
  expect(portFindings('radio 1', path, folder)).toEqual([
    expect.objectContaining({ level: 'fails', found: expect.stringMatching(/in use by python/) }),
  ]);
  symlinkSync(path, join(folder, 'usb-radio-if00'));
  expect(portFindings('radio 1', '/dev/none', folder)[0].todo).toContain(
    `serial:${join(folder, 'usb-radio-if00')}`,
  );
});

test('wear of an eMMC card, as the kernel tells it', () => {
  const sys = testFolder();
  expect(wearFinding(sys).level).toBe('ok');
  mkdirSync(join(sys, 'mmcblk0/device'), { recursive: true });
  expect(wearFinding(sys).found).toMatch(/tells nothing/);
  const file = join(sys, 'mmcblk0/device/life_time');
  writeFileSync(file, '0x01 0x02\n');
  expect(wearFinding(sys)).toMatchObject({
    level: 'ok',
    found: 'mmcblk0: 10 to 20 % of its life used',
  });
  writeFileSync(file, '0x09 0x02\n');
  expect(wearFinding(sys)).toMatchObject({
    level: 'warning',
    todo: expect.stringMatching(/replace/),
  });
  writeFileSync(file, '0x0b 0x0b\n');
  expect(wearFinding(sys).found).toMatch(/beyond/);
});

test('Node’s version against the floor', () => {
  expect(
    ['18.20.0', '20.18.9', '20.19.0', '22.0.0', '24.1.0'].map((one) => nodeFinding(one).level),
  ).toEqual(['fails', 'fails', 'ok', 'ok', 'ok']);
});

test('ports and brokers: what stands in the way is told without the password', async () => {
  expect((await portFinding('page', 'http.port', '192.0.2.1', 0)).todo).toMatch(/http\.host/);
  const folder = testFolder();
  const passwordFile = join(folder, 'password');
  const external = { url: 'mqtt://127.0.0.1:9', username: 'u', passwordFile, requests: false };
  expect((await brokerFinding(external)).found).toContain('cannot be read');
  writeFileSync(passwordFile, 'hunter22\n');
  const refused = await brokerFinding(external);
  expect(refused.level).toBe('fails');
  expect(JSON.stringify(refused)).not.toContain('hunter22');
});

test('the table has each finding, what to do under it, and the counts', () => {
  const text = findingsText([
    { what: 'disk', level: 'ok', found: 'room' },
    { what: 'radio 1', level: 'fails', found: 'away', todo: 'plug it in' },
  ]);
  expect(text).toBe(
    'ok       disk     room\nfails    radio 1  away\n                  -> plug it in\n\n1 ok, 0 warnings, 1 fail\n',
  );
});

test('the gateway’s words become what is wrong and what to do', () => {
  expect(told('fails', 'radio 1', 'role ROUTER: it is deaf: set CLIENT', 'look')).toEqual({
    ...{ what: 'radio 1', level: 'fails', found: 'role ROUTER: it is deaf', todo: 'set CLIENT' },
  });
  expect(told('warning', 'x', 'only this', 'look')).toMatchObject({
    ...{ found: 'only this', todo: 'look' },
  });
});
