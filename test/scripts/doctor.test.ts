/*
 * Tests of `tallywell doctor` on a good gateway and on broken ones, with real radios' words, ports, files and databases.
 */
import { chmodSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { openAccountFile } from '../../gateway/edges/store/account-file';
import { Sqlite as Database } from '../../gateway/edges/store/sqlite';
import { startGateway } from '../../gateway/gateway';
import { effectiveOf } from '../../scripts/configured';
import { examine } from '../../scripts/doctor';
import { dataFindings } from '../../scripts/doctor/data';
import type { Finding } from '../../scripts/doctor/finding';
import { type OracleSettings, startOracleRadio } from '../gateway/support/oracle-radio';
import { registerFile, testFolder } from '../gateway/support/places';

afterEach(() => vi.unstubAllEnvs());

const GOOD_RADIO =
  '!11223344, firmware 2.7.26, region EU_868, LongFast, role CLIENT, Bluetooth unknown, channel 0 "serial"';

/** A data folder that a gateway has used, and a radio. */
async function used(settings: OracleSettings = {}) {
  const folder = testFolder();
  chmodSync(folder, 0o700);
  const radio = await startOracleRadio(settings);
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
  expect(of(findings, 'radio 1')).toEqual([{ what: 'radio 1', level: 'ok', found: GOOD_RADIO }]);
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
  expect(of(findings, 'radio 1')).toEqual([{ what: 'radio 1', level: 'ok', found: GOOD_RADIO }]);
  expect(of(findings, 'time')[0].level).toBe('ok');
  expect(failing(findings)).toEqual([]);
  expect(gateway.status().radio.session).toBe('ready');
});

test('a radio of a running gateway is told like any other, once, with what to do', async () => {
  const bluetooth = { payloadVariant: { case: 'bluetooth', value: { enabled: true } } };
  const { options, flags } = await used({ more: [['config', bluetooth]] });
  const gateway = await startGateway({ ...options, mqttPort: 0, httpPort: 0, log: () => {} });
  onTestFinished(() => gateway.stop());
  await vi.waitUntil(() => gateway.status().radio.session === 'ready', { timeout: 60_000 });
  const findings = await examine({ ...flags, httpPort: new URL(gateway.httpUrl).port });
  expect(of(findings, 'radio 1')).toEqual([
    expect.objectContaining({ level: 'ok', found: expect.stringContaining('Bluetooth on') }),
    {
      ...{ what: 'radio 1', level: 'warning', todo: 'switch it off' },
      found: 'Bluetooth is on: a phone that connects takes records away from the gateway',
    },
  ]);
  expect(JSON.stringify(findings).match(/Bluetooth is on/g)).toHaveLength(1);
  expect(of(findings, 'time')[0].todo).toMatch(/tallywell clock set/);
  const [, ...told] = of(findings, 'gateway');
  expect(told).toEqual([]);
  expect(of(findings, 'recovery key')[0].todo).toMatch(/tallywell recovery-key make/);
});

test('a large database is not read to its last page, and that is said; its damaged end is found', async () => {
  const { folder, flags } = await used();
  const { config } = effectiveOf(flags);
  expect(of(dataFindings(config, 0), 'database')).toEqual([
    expect.objectContaining({ level: 'ok', found: expect.stringContaining('not every page') }),
  ]);
  const database = new Database(join(folder, 'gateway.sqlite'));
  const page = database
    .prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'site'")
    .pluck()
    .get() as number;
  const size = database.pragma('page_size', { simple: true }) as number;
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  const file = openSync(join(folder, 'gateway.sqlite'), 'r+');
  writeSync(file, 'damaged!'.repeat(size / 8), (page - 1) * size);
  const [found] = of(dataFindings(config, 0), 'database');
  expect(found).toMatchObject({ level: 'fails', todo: expect.stringMatching(/tallywell repair/) });
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
    /stop the gateway, then: tallywell repair/,
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
    /tallywell account add NAME --scope admin/,
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

/** As the verb backup remembers what it made. */
function rememberBackup(folder: string, file: string, days: number): void {
  const madeS = Math.floor(Date.now() / 1000) - days * 86_400;
  const card = { madeS, hoursRun: 0, file, records: 0, bytes: 1_000_000 };
  writeFileSync(join(folder, 'last-backup.json'), JSON.stringify({ card }));
}

function makeAccount(folder: string): void {
  const file = openAccountFile(join(folder, 'gateway.sqlite'), () => {});
  file.change((tables) =>
    tables.addAccount({ name: 'anna', scope: 'admin', password: 'x', madeS: 0 }),
  );
  file.close();
}

const WARNED: [name: string, what: string, todo: RegExp, breaking: Breaking][] = [
  ['a folder open to others', 'folder', /chmod 700/, ({ folder }) => chmodSync(folder, 0o755)],
  [
    'a key others may read',
    'secrets',
    /chmod 600/,
    ({ folder }) => chmodSync(join(folder, 'gateway.key'), 0o644),
  ],
  ['no backups', 'backup', /daily: true/, () => ({ backup: false })],
  ['no backup yet', 'backup', /when it has run for an hour/, () => {}],
  [
    'a backup whose file is gone',
    'backup',
    /make one: tallywell backup/,
    ({ folder }) => rememberBackup(folder, join(folder, 'backup/gone.sqlite'), 1),
  ],
  [
    'an old backup',
    'backup',
    /look at the log/,
    ({ folder }) => {
      writeFileSync(join(folder, 'old.sqlite'), '');
      rememberBackup(folder, join(folder, 'old.sqlite'), 10);
    },
  ],
  [
    'the first password is still in its file',
    'accounts',
    /tallywell account password admin/,
    ({ folder }) => {
      makeAccount(folder);
      writeFileSync(join(folder, 'first-password'), 'x', { mode: 0o600 });
    },
  ],
  ['no account', 'accounts', /tallywell account add/, () => {}],
  ['a network that reads everything', 'access', /anonymous: nobody/, () => ({ host: '0.0.0.0' })],
  [
    'passwords in the clear',
    'access',
    /mqtt\.tls\.cert/,
    ({ folder }) => {
      vi.stubEnv('TALLYWELL_ANONYMOUS', 'nobody');
      makeAccount(folder);
      return { host: '0.0.0.0' };
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
