/*
 * The request `backup` over MQTT: an admin of the embedded broker asks with the client mqtt.js, the verb makes the copy in a
 * process of its own.
 */
import { join } from 'node:path';
import mqtt from 'mqtt';
import { expect, onTestFinished, test } from 'vitest';
import { backupsIn } from '../../../gateway/backups';
import { startGateway } from '../../../gateway/gateway';
import type { GatewayOptions } from '../../../gateway/options';
import { SCHEMAS } from '../../../gateway/views';
import { packageFolder } from '../../../scripts/village/options';
import { putAccount } from '../support/accounts-kit';
import { faultsOf, knowSchemas } from '../support/json-schema';
import { testFolder, until } from '../support/places';
import { madeFolder, tallywell } from './kit';

const PROGRAM = join(packageFolder(), 'dist/tallywell.js');

knowSchemas(Object.values(SCHEMAS));

/** A gateway with 40 records, and somebody with an account who asks it. */
async function scene(scope: 'admin' | 'technician', backup: GatewayOptions['backup']) {
  const folder = testFolder();
  madeFolder(folder, 20).close();
  await putAccount(folder, 'anna', scope, 'correct-horse-7');
  const gateway = await startGateway({
    ...{ dataDir: folder, radios: ['tcp://127.0.0.1:9'], mqttPort: 0, httpPort: 0 },
    ...{ log: () => {}, backup },
  });
  onTestFinished(() => gateway.stop());
  const options = { username: 'anna', password: 'correct-horse-7' };
  const client = await mqtt.connectAsync(gateway.mqttUrl, options);
  onTestFinished(() => client.endAsync(true));
  const answers: { status: string; data?: { file: string }; transaction?: string }[] = [];
  client.on('message', (_topic, payload) => answers.push(JSON.parse(payload.toString())));
  await client.subscribeAsync('tallywell/testpod/bridge/response/backup', { qos: 1 });
  const ask = (transaction: string) =>
    client.publishAsync('tallywell/testpod/bridge/request/backup', JSON.stringify({ transaction }));
  const answerTo = async (transaction: string) => {
    await until(() => answers.some((answer) => answer.transaction === transaction));
    const answer = answers.find((one) => one.transaction === transaction);
    expect(faultsOf(SCHEMAS['response-backup'], answer)).toEqual([]);
    return answer;
  };
  return { folder, gateway, ask, answerTo };
}

test('an admin asks for a backup and is told its file; a second one meanwhile is told to wait', async () => {
  const { folder, gateway, ask, answerTo } = await scene('admin', { program: PROGRAM, usb: false });
  await ask('a');
  await until(() => gateway.status().backup?.running === true);
  await ask('b');
  expect(await answerTo('b')).toMatchObject({ status: 'error', error: 'busy' });
  const answer = await answerTo('a');
  const [{ file }] = backupsIn(join(folder, 'backup'));
  expect(answer).toMatchObject({ status: 'ok', data: { file, records: 40 } });
  expect(gateway.status().backup).toMatchObject({ running: false, card: { file, records: 40 } });
  const verified = await tallywell('backup', 'verify', file, '--json');
  expect(JSON.parse(verified.stdout)).toMatchObject({ whole: true });
});

test('a technician may not; where none are set up that is said; one that fails says why', async () => {
  const technician = await scene('technician', { program: PROGRAM, usb: false });
  await technician.ask('a');
  expect(await technician.answerTo('a')).toMatchObject({ status: 'error', error: 'no-scope' });
  const without = await scene('admin', undefined);
  await without.ask('a');
  expect(await without.answerTo('a')).toMatchObject({ status: 'error', error: 'not-set-up' });
  const nowhere = { program: PROGRAM, usb: false, folder: '/dev/null/none' };
  const failing = await scene('admin', nowhere);
  await failing.ask('a');
  expect(await failing.answerTo('a')).toMatchObject({
    ...{ status: 'error', error: 'failed', words: expect.stringContaining('/dev/null/none') },
  });
  expect(failing.gateway.status().backup?.failed).toHaveLength(1);
});
