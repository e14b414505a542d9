/*
 * register-file.test.ts: from the bench to the gateway on a stick, by the built command line: what the gateway's own answers say
 * afterwards; the same file again; a file that was changed on the way.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  addTechnicianToken,
  runVerbProcess,
  startGatewayProcess,
} from '../../../scripts/bench/technician-chain';
import { openBench } from '../../../scripts/technician/bench-folder';
import { openBoard } from '../../../scripts/technician/board/espruino-board';
import { provision } from '../../../scripts/technician/provision';
import { startOracleRadio } from '../../gateway/support/oracle-radio';
import { testFolder, until } from '../../gateway/support/places';
import { boardWith, doorsOf, freshFolder } from './support/bench-kit';
import { tool } from './support/tool';

async function gatewayWithToken() {
  const data = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const gateway = await startGatewayProcess(data, radio.url);
  onTestFinished(() => gateway.stop());
  await until(radio.isReady);
  const tokenFile = join(freshFolder(), 'token');
  writeFileSync(tokenFile, await addTechnicianToken(data));
  const get = async (path: string) => (await fetch(new URL(path, gateway.url))).json();
  return { url: gateway.url, tokenFile, get };
}

/** A bench with one provisioned node, and its registration on a stick. */
async function stickOf(url: string, tokenFile: string) {
  const folder = join(freshFolder(), 'bench');
  const pod = ['pod', '--gateway', url, '--token-file', tokenFile, '--new-channel-key'];
  expect(await runVerbProcess(folder, pod)).toMatchObject({ exitCode: 0 });
  const session = await openBoard((await boardWith('xiao', 'water-point-xiao', 91)).url);
  const site = { site: 'well-1', name: 'Puits', profile: 'water-point-xiao', pulseUl: 2000 };
  await provision(doorsOf(openBench(folder)), session, site);
  await session.close();
  const stick = freshFolder();
  const written = await runVerbProcess(folder, ['register', '--to', stick]);
  expect(written).toMatchObject({ exitCode: 0, said: { sites: ['well-1'] } });
  return written.said.file as string;
}

test('the gateway takes the file once, knows the node, and says so the second time; a changed file is refused by its name', async () => {
  const { url, tokenFile, get } = await gatewayWithToken();
  const file = await stickOf(url, tokenFile);
  const take = (path: string, ...more: string[]) =>
    tool(['register-file', path, '--url', url, '--token-file', tokenFile, ...more]);

  const unasked = await take(file);
  expect(unasked.code, unasked.out).toBe(73);
  expect(await get('/api/v1/pod')).toMatchObject({ slots: [] });

  const changedFile = join(freshFolder(), 'changed.json');
  writeFileSync(changedFile, readFileSync(file, 'utf8').replaceAll('well-1', 'well-9'));
  const changed = await take(changedFile, '--yes');
  expect(changed.code).toBe(60);
  expect(changed.out).toContain(`${changedFile}: the signature does not fit: it was changed`);
  const none = await take(join(freshFolder(), 'no.json'), '--yes');
  expect(none.code).toBe(60);
  const other = await take(file, '--yes', '--bench', 'ab'.repeat(32));
  expect(other.code).toBe(60);
  expect(await get('/api/v1/pod')).toMatchObject({ slots: [] });

  const first = await take(file, '--yes');
  expect(first.code, first.out).toBe(0);
  expect(first.stdout).toMatch(/well-1 {2}new\n.*new or changed: 1\.\n/);
  expect(await get('/api/v1/pod')).toMatchObject({ slots: [0] });
  const known = { name: 'Puits', state: 'never-heard' };
  expect(await get('/api/v1/sites/well-1')).toMatchObject(known);

  const again = await take(file, '--yes');
  expect(again.code, again.out).toBe(0);
  expect(again.stdout).toMatch(/well-1 {2}known already.*\nAlready registered: /);
  expect(await get('/api/v1/pod')).toMatchObject({ slots: [0] });
}, 300_000);
