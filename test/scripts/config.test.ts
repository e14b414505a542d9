/*
 * Tests of the verbs `tallywell config …`, `--version`, and of `tallywell gateway --config` as real processes.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { CONFIG_JSON_SCHEMA } from '../../gateway/config/schema';
import packageJson from '../../package.json';
import { startOracleRadio } from '../gateway/support/oracle-radio';
import { testFolder, until } from '../gateway/support/places';

const SCRIPT = `dist/test/tallywell-${process.pid}.mjs`;

beforeAll(() =>
  build({
    entryPoints: ['scripts/tallywell.ts'],
    outfile: SCRIPT,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    loader: { '.sql': 'text', '.html': 'text', '.css': 'text' },
    logLevel: 'silent',
  }),
);
afterAll(() => rmSync(SCRIPT, { force: true }));

function tallywell(args: string[], environment: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...environment },
  });
  return { status, stdout, stderr };
}

test('init, check, show, env, schema, version', () => {
  const file = join(testFolder(), 'etc/t.yaml');
  expect(tallywell(['config', 'init', file]).status).toBe(0);
  const written = readFileSync(file, 'utf8');
  const again = tallywell(['config', 'init', file]);
  expect([again.status, readFileSync(file, 'utf8')]).toEqual([1, written]);
  expect(again.stderr).toContain('stays as it is');
  expect(tallywell(['config', 'check', file])).toMatchObject({
    status: 0,
    stdout: `${file}: good\n`,
  });

  writeFileSync(file, 'http:\n  prot: 1\nclock: gps\n');
  const { status, stderr } = tallywell(['config', 'check', file]);
  expect(status).toBe(1);
  expect(stderr).toContain(`${file}:2:3: http.prot: there is no such option; did you mean "port"?`);
  expect(stderr).toContain(`${file}:3:8: clock: "gps" is not allowed`);
  expect(stderr).toContain('2 faults');

  writeFileSync(file, 'http:\n  port: 81\n');
  const shown = tallywell(['config', 'show', '--json', file], { TALLYWELL_POD: 'hill' });
  const rows = JSON.parse(shown.stdout) as { option: string; value: unknown; from: string }[];
  expect(rows.find(({ option }) => option === 'http.port')).toMatchObject({
    value: 81,
    from: `${file}:2:9`,
  });
  expect(rows.find(({ option }) => option === 'pod')).toMatchObject({
    from: 'environment TALLYWELL_POD',
  });
  expect(tallywell(['config', 'env']).stdout).toContain('TALLYWELL_MQTT_EXTERNAL_PASSWORD_FILE');
  expect(JSON.parse(tallywell(['config', 'schema']).stdout)).toEqual(
    JSON.parse(JSON.stringify(CONFIG_JSON_SCHEMA)),
  );
  expect(tallywell(['--version'])).toMatchObject({ status: 0, stdout: `${packageJson.version}\n` });
});

test('gateway: every fault of the command line and the file, then exit code 1; nothing was begun', () => {
  const folder = testFolder();
  const file = join(folder, 't.yaml');
  writeFileSync(file, `data: ${folder}/data\nlog:\n  level: loud\n`);
  const { status, stderr } = tallywell([
    'gateway',
    '--config',
    file,
    '--http-port',
    'x',
    '--radio',
    'usb0',
  ]);
  expect(status).toBe(1);
  for (const part of ['--http-port: http.port', '--radio: radios', `${file}:3:10: log.level`]) {
    expect(stderr).toContain(part);
  }
  const none = tallywell(['gateway', '--data', join(folder, 'data')]);
  expect([none.status, none.stderr]).toEqual([1, expect.stringContaining('no radio is named')]);
  expect(existsSync(join(folder, 'data'))).toBe(false);
});

test('gateway --config: runs by the file, logs JSON to stdout, without the secrets', async () => {
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const password = join(folder, 'password');
  writeFileSync(password, 'hunter22\n', { mode: 0o644 });
  const file = join(folder, 't.yaml');
  writeFileSync(
    file,
    [
      `data: ${folder}/data`,
      `radios: ["${radio.url}"]`,
      'http: {port: 0}',
      'mqtt:',
      '  external:',
      '    url: mqtt://127.0.0.1:9',
      '    username: tally',
      `    passwordFile: ${password}`,
      '',
    ].join('\n'),
  );
  const child = spawn(process.execPath, [SCRIPT, 'gateway', '--config', file], {
    env: { PATH: process.env.PATH, TALLYWELL_LOG_LEVEL: 'info' },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const told = { out: '', err: '' };
  child.stdout.on('data', (text) => {
    told.out += text;
  });
  child.stderr.on('data', (text) => {
    told.err += text;
  });
  await until(() => told.out.includes('radio ready') && told.out.includes('broker mqtt'));
  child.kill('SIGTERM');
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
  const lines = told.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);
  for (const line of lines)
    expect(Object.keys(line)).toEqual(['level', 'time', 'component', 'msg']);
  expect(lines.find(({ msg }) => msg.includes('chmod 600'))?.level).toBe('warn');
  expect(told.out).not.toContain('hunter22');
  // Only where the first password is, never the password.
  const [words, ...more] = told.err.trim().split('\n');
  expect(words).toContain(`${folder}/data/first-password`);
  expect(more).toEqual([]);
  const first = readFileSync(join(folder, 'data/first-password'), 'utf8').trim();
  expect(first.length).toBeGreaterThan(10);
  expect(told.err + told.out).not.toContain(first);
});

test('a password on the command line is refused, and never written', () => {
  const { status, stdout, stderr } = tallywell([
    ...['gateway', '--data', testFolder(), '--radio', 'tcp://127.0.0.1:9', '--http-port', '0'],
    ...['--mqtt', 'mqtt://tally:hunter22@127.0.0.1:9'],
  ]);
  expect(status).toBe(1);
  expect(stderr).toContain('password');
  expect(stdout + stderr).not.toContain('hunter22');
});

test('a reader that ends early, as head does, is no fault', () => {
  const command = `'${process.execPath}' '${SCRIPT}' config env | head -n 1`;
  const { stdout, stderr } = spawnSync('/bin/bash', ['-c', command], { encoding: 'utf8' });
  expect([stdout.split('\n').length, stderr]).toEqual([2, '']);
});

test('doctor as a process: exit code 1 and what to do', () => {
  const { status, stdout } = tallywell([
    'doctor',
    '--data',
    testFolder(),
    '--http-port',
    '0',
    '--json',
  ]);
  expect(status).toBe(1);
  const { findings } = JSON.parse(stdout) as { findings: { what: string; level: string }[] };
  expect(findings.find(({ level }) => level === 'fails')?.what).toBe('radio');
});
