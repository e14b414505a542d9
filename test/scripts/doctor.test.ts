/*
 * Tests of `tallywell doctor` on a good gateway and on broken ones, with real radios' words, ports, files and databases.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { unknownRadio } from '../../gateway/core/radio-info';
import { Sqlite as Database } from '../../gateway/edges/store/sqlite';
import { startGateway } from '../../gateway/gateway';
import { examine } from '../../scripts/doctor';
import { type Finding, findingsText } from '../../scripts/doctor/finding';
import { nodeFinding, wearFinding } from '../../scripts/doctor/machine';
import { brokerFinding, portFinding } from '../../scripts/doctor/network';
import { infoFindings } from '../../scripts/doctor/radio';
import { holderOf, portFindings } from '../../scripts/doctor/serial-port';
import { startOracleRadio } from '../gateway/support/oracle-radio';
import { registerFile, testFolder } from '../gateway/support/places';

afterEach(() => vi.unstubAllEnvs());

/** A data folder that a gateway has used, and a radio. */
async function used() {
  const folder = testFolder();
  chmodSync(folder, 0o700);
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const register = registerFile(folder, [1, 2]);
  const options = { dataDir: folder, radios: [radio.url], registerFile: register };
  const gateway = await startGateway({ ...options, mqttPort: 0, httpPort: 0, log: () => {} });
  await gateway.stop();
  const flags = { data: folder, radio: [radio.url], register, httpPort: '0', mqttPort: '0' };
  return { folder, radio, register, options, flags };
}

function of(findings: Finding[], what: string): Finding[] {
  return findings.filter((one) => one.what === what);
}

function failing(findings: Finding[]): string[] {
  return findings.filter(({ level }) => level === 'fails').map(({ what }) => what);
}

test('a good gateway that does not run: nothing fails, the radio was asked, nothing is changed', async () => {
  const { folder, flags } = await used();
  const before = readFileSync(join(folder, 'gateway.sqlite'));
  const findings = await examine(flags);
  expect(failing(findings)).toEqual([]);
  expect(of(findings, 'radio 1')).toEqual([
    { what: 'radio 1', level: 'ok', found: '!11223344, firmware 2.7.26, region EU_868, LongFast' },
    { what: 'radio 1', level: 'ok', found: 'channel "serial" with a key of its own' },
  ]);
  expect(of(findings, 'key')[0].found).toMatch(/fits the database/);
  expect(of(findings, 'database')[0].found).toMatch(/^whole, form \d+, 0 records$/);
  expect(of(findings, 'register')[0].found).toBe('2 sites');
  expect(of(findings, 'sites')[0].found).toMatch(/2 of 2 are silent/);
  for (const { level, todo } of findings) expect(todo === undefined).toBe(level === 'ok');
  expect(readFileSync(join(folder, 'gateway.sqlite')).equals(before)).toBe(true);
});

test('a gateway that runs is asked, its radio is left alone', async () => {
  const { options, flags } = await used();
  const gateway = await startGateway({
    ...options,
    mqttPort: 0,
    httpPort: 0,
    clock: 'machine',
    log: () => {},
  });
  onTestFinished(() => gateway.stop());
  await vi.waitUntil(() => gateway.status().radio.session === 'ready', { timeout: 60_000 });
  const httpPort = new URL(gateway.httpUrl).port;
  const findings = await examine({ ...flags, httpPort });
  expect(of(findings, 'gateway')[0]).toMatchObject({
    level: 'ok',
    found: expect.stringContaining('is well'),
  });
  expect(of(findings, 'radio !11223344')[0].level).toBe('ok');
  expect(of(findings, 'time')[0].level).toBe('ok');
  expect(failing(findings)).toEqual([]);
  expect(gateway.status().radio.session).toBe('ready');
});

type Breaking = (world: Awaited<ReturnType<typeof used>>) => unknown;

const BROKEN: [name: string, what: string, todo: RegExp, breaking: Breaking][] = [
  [
    'the key is gone',
    'key',
    /put gateway.key back/,
    ({ folder }) => rmSync(join(folder, 'gateway.key')),
  ],
  [
    'the key is another’s',
    'key',
    /put the right file back/,
    async ({ folder }) => {
      const other = await used();
      writeFileSync(join(folder, 'gateway.key'), readFileSync(join(other.folder, 'gateway.key')));
    },
  ],
  [
    'the key is damaged',
    'key',
    /backup/,
    ({ folder }) => writeFileSync(join(folder, 'gateway.key'), 'x'),
  ],
  [
    'the database is gone',
    'database',
    /restore/,
    ({ folder }) => rmSync(join(folder, 'gateway.sqlite')),
  ],
  [
    'the database is damaged',
    'database',
    /restore/,
    ({ folder }) => {
      const file = openSync(join(folder, 'gateway.sqlite'), 'r+');
      for (let page = 2; page < 40; page += 1)
        writeSync(file, 'damaged!'.repeat(64), page * 1024 + 100);
    },
  ],
  [
    'the database is of a newer Tallywell',
    'database',
    /that version/,
    ({ folder }) => {
      const database = new Database(join(folder, 'gateway.sqlite'));
      database.pragma('user_version = 99');
      database.close();
    },
  ],
  [
    'the register is no JSON',
    'register',
    /mend the file/,
    ({ register }) => writeFileSync(register, '{'),
  ],
  ['nobody is at the radio’s address', 'radio 1', /is it on/, ({ radio }) => radio.close()],
  [
    'a serial port that is not there',
    'radio 1',
    /by-id/,
    () => ({ radio: ['serial:/dev/serial/by-id/none'] }),
  ],
  ['no radio is named', 'radio', /radios/, () => ({ radio: undefined })],
  [
    'nobody may read',
    'accounts',
    /account/,
    () => void vi.stubEnv('TALLYWELL_ANONYMOUS', 'nobody'),
  ],
  ['a fault in the configuration', 'config', /whole number/, () => ({ httpPort: 'x' })],
  [
    'a port that another program has',
    'page',
    /ss -ltnp/,
    async () => {
      const server = createServer();
      onTestFinished(() => void server.close());
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return { httpPort: String((server.address() as { port: number }).port) };
    },
  ],
  ['a broker that is away', 'broker', /is the broker on/, () => ({ mqtt: 'mqtt://127.0.0.1:9' })],
];

test.each(BROKEN)('%s: that fails, and what to do is said', async (_name, what, todo, breaking) => {
  const world = await used();
  const changed = await breaking(world);
  const findings = await examine({ ...world.flags, ...(changed as object) });
  expect([...new Set(failing(findings))]).toEqual([what]);
  const worst = of(findings, what).find(({ level }) => level === 'fails');
  expect(worst?.todo).toMatch(todo);
});

const WARNED: [name: string, what: string, todo: RegExp, breaking: Breaking][] = [
  ['a folder open to others', 'folder', /chmod 700/, ({ folder }) => chmodSync(folder, 0o755)],
  [
    'a key others may read',
    'secrets',
    /chmod 600/,
    ({ folder }) => chmodSync(join(folder, 'gateway.key'), 0o644),
  ],
  ['no backups', 'backup', /daily: true/, () => {}],
  [
    'an old backup',
    'backup',
    /look at the log/,
    ({ folder }) => {
      vi.stubEnv('TALLYWELL_BACKUP_DAILY', 'true');
      mkdirSync(join(folder, 'backup'));
      execFileSync('touch', ['-d', '10 days ago', join(folder, 'backup/old')]);
    },
  ],
  [
    'a misspelled name in the environment',
    'config',
    /see there/,
    () => void vi.stubEnv('TALLYWELL_PODD', 'x'),
  ],
];

test.each(WARNED)(
  '%s: that is warned of, and nothing fails',
  async (_name, what, todo, breaking) => {
    const world = await used();
    const changed = await breaking(world);
    const findings = await examine({ ...world.flags, ...(changed as object) });
    expect(failing(findings)).toEqual([]);
    const warned = of(findings, what).find(({ level }) => level === 'warning');
    expect(warned?.todo).toMatch(todo);
  },
);

test('a port that is open but no radio: said within the time', async () => {
  const world = await used();
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const findings = await examine({ ...world.flags, radio: [`tcp://127.0.0.1:${port}`] });
  expect(failing(findings)).toEqual(['radio 1']);
});

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
const GOOD_INFO = { ...unknownRadio(), myNodeNum: 1, lora: LORA, channels: [SERIAL] };

test.each<[string, object, string]>([
  ['no channel', { channels: [] }, 'no channel named'],
  ['no region', { lora: { ...(LORA as object), region: 0 } }, 'no region'],
  ['sending is off', { lora: { ...(LORA as object), txEnabled: false } }, 'switched off'],
  ['a router', { metadata: { role: 2, firmwareVersion: '2.7.26' } }, 'ROUTER'],
  ['old firmware', { metadata: { role: 0, firmwareVersion: '2.3.1' } }, 'is old'],
  [
    'the open default key',
    { channels: [{ ...SERIAL, settings: { ...SERIAL.settings, psk: new Uint8Array([1]) } }] },
    'no key of its own',
  ],
  [
    'a hash of 0',
    // The bytes of the name "serial" XORed are 0, so a key of zeros is enough.
    { channels: [{ ...SERIAL, settings: { ...SERIAL.settings, psk: pskWithHash0() } }] },
    'hash 0',
  ],
])('a radio with %s is told', (_name, change, words) => {
  const findings = infoFindings('radio 1', { ...GOOD_INFO, ...change } as never);
  const bad = findings.filter(({ level }) => level !== 'ok');
  expect(bad.map(({ found }) => found).join()).toContain(words);
  expect(infoFindings('radio 1', GOOD_INFO as never).every(({ level }) => level === 'ok')).toBe(
    true,
  );
});

function pskWithHash0(): Uint8Array {
  const psk = new Uint8Array(32);
  psk[0] = [...Buffer.from('serial')].reduce((hash, byte) => hash ^ byte, 0);
  return psk;
}

test('serial ports: a name that moves, the name that does not, who holds it', async () => {
  const folder = testFolder();
  const line = spawn(
    'python3',
    [
      '-c',
      'import os,pty,sys\nm,s=pty.openpty()\nprint(os.ttyname(s),flush=True)\nsys.stdin.read()',
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  onTestFinished(() => void line.kill('SIGKILL'));
  const path = await new Promise<string>((resolve) =>
    createInterface({ input: line.stdout }).once('line', resolve),
  );
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
