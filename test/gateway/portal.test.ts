/*
 * Phones that ask whether the Wi-Fi leads to the internet, as each system asks: led to the page first, content once they have seen it.
 * Over a real socket, opened as an administrator opens it. Oracle: what Android, Apple, Microsoft and Firefox publish as success.
 */
import { request } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../../gateway/gateway';
import { startOracleRadio } from './support/oracle-radio';
import { registerFile, testFolder } from './support/places';

async function opened(httpHost: string): Promise<number> {
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const gateway = await startGateway({
    ...{ dataDir: folder, radios: [radio.url], mqttPort: 0, httpPort: 0, httpHost },
    ...{ registerFile: registerFile(folder, [1, 2]), log: () => {}, clock: 'machine' as const },
  });
  onTestFinished(() => gateway.stop());
  return Number(new URL(gateway.httpUrl).port);
}

function ask(port: number, host: string, path: string, localAddress = '127.0.0.1') {
  return new Promise<{ status?: number; to?: string; text: string }>((resolve, reject) => {
    const asked = request(
      { ...{ host: '127.0.0.1', port, path, localAddress }, headers: { Host: host } },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () =>
          resolve({ status: response.statusCode, to: response.headers.location, text }),
        );
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

const CHECKS = [
  ['connectivitycheck.gstatic.com', '/generate_204', 204, ''],
  ['clients3.google.com', '/generate_204', 204, ''],
  ['captive.apple.com', '/hotspot-detect.html', 200, '<BODY>Success</BODY>'],
  ['www.msftncsi.com', '/ncsi.txt', 200, 'Microsoft NCSI'],
  ['www.msftconnecttest.com', '/connecttest.txt', 200, 'Microsoft Connect Test'],
  ['detectportal.firefox.com', '/success.txt', 200, 'success\n'],
] as const;

test.each(CHECKS)('%s%s: the page first, then success', async (host, path, status, success) => {
  const port = await opened('0.0.0.0');
  const page = `http://127.0.0.1:${port}/`;
  expect(await ask(port, host, path)).toMatchObject({ status: 302, to: page });
  expect((await ask(port, `127.0.0.1:${port}`, '/')).status).toBe(200);
  const after = await ask(port, host, path);
  expect(after.status).toBe(status);
  expect(after.text).toContain(success);
  // Another phone has not seen it.
  expect((await ask(port, host, path, '127.0.0.2')).status).toBe(302);
});

test('under the name of a check there is nothing but checks, and only where it was opened', async () => {
  const port = await opened('0.0.0.0');
  const api = await ask(port, 'captive.apple.com', '/api/v1/facts');
  expect([api.status, api.to, api.text]).toEqual([302, `http://127.0.0.1:${port}/`, '']);
  const closed = await opened('127.0.0.1');
  expect((await ask(closed, 'captive.apple.com', '/hotspot-detect.html')).status).toBe(421);
});
