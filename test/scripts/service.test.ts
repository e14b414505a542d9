/*
 * Tests of `tallywell service`: the unit file is right for systemd itself, the plan shows before it does, --root leaves this machine
 * alone.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { registerServiceCommand } from '../../scripts/service';
import {
  installSteps,
  UNIT_PATH,
  uninstallSteps,
  unitTemplate,
  unitText,
} from '../../scripts/service-plan';

afterEach(() => {
  vi.restoreAllMocks();
  process.exitCode = undefined;
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tallywell-service-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

function hasAnalyze(): boolean {
  try {
    execFileSync('systemd-analyze', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    if (process.env.CI) throw new Error('systemd-analyze is not installed');
    console.warn('SKIPPED: systemd-analyze is not installed');
    return false;
  }
}

const PLACES = {
  node: process.execPath,
  script: '/opt/tally well/50%/$x/tallywell.js',
  config: '/etc/tallywell/tallywell.yaml',
  writable: ['/srv/data', '/srv/back up'],
};

test.skipIf(!hasAnalyze())('systemd itself finds no fault in the unit file', () => {
  const unit = join(folder(), 'tallywell.service');
  writeFileSync(unit, unitText(PLACES));
  const { stderr, stdout, status } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], {
    encoding: 'utf8',
    env: { ...process.env, SYSTEMD_LOG_LEVEL: 'warning' },
  });
  // Two keys are newer than some systemd: it says so and goes on.
  const complaints = `${stdout}${stderr}`
    .split('\n')
    .filter(
      (line) => line.includes('tallywell.service') && !/RestartSteps|RestartMaxDelaySec/.test(line),
    );
  expect(complaints).toEqual([]);
  expect(status).toBe(0);

  // It does find faults: the oracle is awake.
  writeFileSync(unit, unitText(PLACES).replace('WatchdogSec=60', 'WatchdgSec=60'));
  const bad = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
  expect(bad.stdout + bad.stderr).toContain('WatchdgSec');
});

test('the unit file has this machine’s paths, quoted, and the folders it must write to', () => {
  const text = unitText(PLACES);
  expect(text).toContain(
    `ExecStart=${process.execPath} "/opt/tally well/50%%/$$x/tallywell.js" gateway --config /etc/tallywell/tallywell.yaml\n`,
  );
  expect(text).toContain('ReadWritePaths=/srv/data\nReadWritePaths="/srv/back up"\n');
  expect(text.match(/^ExecStart=/gm)).toHaveLength(1);
  expect(() => unitText({ ...PLACES, config: 'a\nExecStartPre=/bin/evil' })).toThrow(/line break/);
});

test('what keeps it running and what it must not do stand in the unit file', () => {
  const lines = unitTemplate().split('\n');
  for (const line of [
    'Type=notify',
    'NotifyAccess=all',
    'WatchdogSec=60',
    'Restart=always',
    'StartLimitIntervalSec=0',
    'User=tallywell',
    'StateDirectory=tallywell',
    'StateDirectoryMode=0700',
    'SupplementaryGroups=dialout',
    'ProtectSystem=strict',
    'NoNewPrivileges=yes',
    'CapabilityBoundingSet=',
    'DevicePolicy=closed',
    'DeviceAllow=char-ttyUSB rw',
  ]) {
    expect(lines).toContain(line);
  }
});

async function verb(...args: string[]): Promise<{ out: string; err: string }> {
  const told = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    told.out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    told.err += text;
    return true;
  });
  const program = new Command();
  registerServiceCommand(program);
  await program.parseAsync(['node', 'tallywell', 'service', ...args]);
  return told;
}

test('without --yes nothing is done; the plan is shown', async () => {
  const root = folder();
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/t.yaml'), 'data: /srv/tally\n');
  const { out } = await verb('install', '--root', root, '--config', '/etc/t.yaml');
  expect(out).toContain(`write  ${UNIT_PATH}`);
  expect(out).toContain('Nothing was done');
  expect(existsSync(join(root, UNIT_PATH))).toBe(false);
});

test('--root writes into a mounted card and starts nothing here', async () => {
  const root = folder();
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/t.yaml'), 'data: /srv/tally\n');
  const places = { ...PLACES, config: '/etc/t.yaml' };
  const commands = installSteps(places, root).flatMap((step) =>
    step.do === 'run' ? [step.command] : [],
  );
  for (const command of commands) expect(command).toContain(`--root=${root}`);
  await verb('install', '--root', root, '--config', '/etc/t.yaml', '--yes');
  const unit = readFileSync(join(root, UNIT_PATH), 'utf8');
  expect(unit).toContain('--config /etc/t.yaml');
  expect(unit).toContain('ReadWritePaths=/srv/tally');
  expect(existsSync(UNIT_PATH)).toBe(false);
});

test('a missing or faulty configuration is told before anything is done', async () => {
  const root = folder();
  expect((await verb('install', '--root', root, '--yes')).err).toMatch(/config init/);
  expect(process.exitCode).toBe(1);
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/t.yaml'), 'dta: /srv\n');
  const { err } = await verb('install', '--root', root, '--config', '/etc/t.yaml', '--yes');
  expect(err).toMatch(/did you mean "data"/);
  expect(existsSync(join(root, UNIT_PATH))).toBe(false);
});

test('uninstalling leaves configuration, database and key', () => {
  const text = JSON.stringify(uninstallSteps());
  expect(text).not.toMatch(/var\/lib|tallywell\.yaml/);
  expect(text).toContain(UNIT_PATH);
});
