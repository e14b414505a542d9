/*
 * `tallywell practice` killed with no time to tidy up: its gateway notices and ends. Real processes, the built command line.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';

test('kill -9: the gateway’s page ends with its parent', async () => {
  const practice = spawn(process.execPath, ['dist/tallywell.js', 'practice', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void practice.kill('SIGKILL'));
  const [line] = (await once(createInterface(practice.stdout), 'line')) as [string];
  const { gateway } = JSON.parse(line) as { gateway: { url: string; tokenFile: string } };
  onTestFinished(() => rmSync(dirname(gateway.tokenFile), { recursive: true, force: true }));
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  practice.kill('SIGKILL');
  await once(socket.resume(), 'close');
  const again = connect(Number(port), hostname);
  const [error] = (await once(again, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
}, 60_000);
