/*
 * Pod, register, replace and retire against a real gateway with a radio of the official protobufs, and virtual boards.
 */
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startGateway } from '../../../gateway/gateway';
import { benchPublicKey, openBench, verifyLog } from '../../../scripts/technician/bench-folder';
import { openBoard } from '../../../scripts/technician/board/espruino-board';
import { tokenOf } from '../../../scripts/technician/gateway-client';
import { tellPod } from '../../../scripts/technician/pod-act';
import { provision } from '../../../scripts/technician/provision';
import { register } from '../../../scripts/technician/register';
import { readRegistrationFile } from '../../../scripts/technician/registration-file';
import { replaceNode, retireNode } from '../../../scripts/technician/replace';
import { putToken } from '../../gateway/support/accounts-kit';
import { startOracleRadio } from '../../gateway/support/oracle-radio';
import { testFolder, until } from '../../gateway/support/places';
import { boardWith, doorsOf, freshFolder, readyBench } from './support/bench-kit';

async function gatewayScene() {
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const options = { dataDir: folder, radios: [radio.url], mqttPort: 0, httpPort: 0, pod: 'hill' };
  const gateway = await startGateway({ ...options, clock: 'machine', log: () => {} });
  onTestFinished(() => gateway.stop());
  await until(() => gateway.status().radio.session === 'ready');
  const token = putToken(folder, 'bench', 'technician');
  const get = async (path: string) =>
    (await fetch(new URL(path, gateway.httpUrl))).json() as Promise<Record<string, unknown>>;
  return { gateway, token, get, folder };
}

async function session(program: string, seed: number) {
  const board = await boardWith('xiao', program, seed);
  const opened = await openBoard(board.url);
  onTestFinished(() => opened.close());
  return opened;
}

describe('with a gateway', () => {
  it('a bench asks for the pod, provisions, registers, replaces and retires', async () => {
    const { gateway, token, get } = await gatewayScene();
    const bench = openBench(join(freshFolder(), 'bench'));
    const told = await tellPod(doorsOf(bench), {
      gateway: gateway.httpUrl,
      token,
      newChannelKey: true,
    });
    expect(told).toMatchObject({
      pod: {
        pod: 'hill',
        gatewayKey: gateway.publicKey,
        region: 'EU_868',
        preset: 'LONG_FAST',
        channelNum: 0,
      },
      hasChannelKey: true,
    });
    const first = await provision(doorsOf(bench), await session('water-point-xiao', 31), {
      ...{ site: 'well-1', name: 'Puits', profile: 'water-point-xiao', pulseUl: 2000 },
      ...{ wiring: { reed: { pin: 'D2' } }, latitude: 9.5, longitude: 8 },
    });
    const to = { token };
    expect((await register(doorsOf(bench), to)).changed).toEqual(['well-1']);
    expect((await register(doorsOf(bench), to)).changed).toEqual([]);
    expect(await get('/api/v1/sites/well-1')).toMatchObject({ name: 'Puits', latitude: 9.5 });

    const board = await session('water-point-xiao', 32);
    const options = { site: 'well-1', profile: 'water-point-xiao' };
    const done = await replaceNode(doorsOf(bench), board, options);
    expect(done).toMatchObject({ replaced: first.keyId, slot: 0, calibrationId: 1 });
    const config = JSON.parse(Buffer.from(await board.read('tw.cfg')).toString());
    expect(config).toMatchObject({ wiring: { reed: { pin: 'D2' } }, pulseUl: 2000 });
    expect((await replaceNode(doorsOf(bench), board, options)).replaced).toBeNull();
    await register(doorsOf(bench), to);
    expect(await get('/api/v1/pod')).toMatchObject({ slots: [0] });

    await retireNode(doorsOf(bench), { site: 'well-1' });
    await expect(retireNode(doorsOf(bench), { site: 'well-1' })).rejects.toMatchObject({
      code: 'already-done',
    });
    await register(doorsOf(bench), to);
    expect(await get('/api/v1/pod')).toMatchObject({ slots: [] });
    const acts = verifyLog(bench.folder).lines.map(({ act, outcome }) => `${act} ${outcome}`);
    expect(acts.slice(0, 4)).toEqual([
      'pod done',
      'provision done',
      'register done',
      'register done',
    ]);
    expect(JSON.stringify(verifyLog(bench.folder))).not.toContain(token);
  });
});

describe('what goes wrong with a gateway', () => {
  it('is said: no answer, no token, a wrong one, another key, a refusal', async () => {
    const { gateway, token, folder } = await gatewayScene();
    const bench = readyBench({ pod: 'hill' });
    const url = gateway.httpUrl;
    await provision(doorsOf(bench), await session('water-point-xiao', 33), {
      ...{ site: 'well-1', profile: 'water-point-xiao', pulseUl: 2000 },
    });
    const troubles: [() => Promise<unknown>, string][] = [
      [
        () => register(doorsOf(bench), { token, gateway: 'http://127.0.0.1:1' }),
        'gateway-unreachable',
      ],
      [
        () => register(doorsOf(bench), { token: null, gateway: 'http://127.0.0.1:1' }),
        'gateway-unreachable',
      ],
      [
        () => register(doorsOf(bench, true), { token: null, gateway: 'http://127.0.0.1:1' }),
        'gateway-unreachable',
      ],
      [() => register(doorsOf(bench), { token, gateway: 'ftp://x' }), 'bad-file'],
      [() => register(doorsOf(bench), { token: null, gateway: url }), 'gateway-denied'],
      [() => register(doorsOf(bench), { token: 'wrong', gateway: url }), 'gateway-denied'],
      [
        () => register(doorsOf(bench), { token: putToken(folder, 'eye', 'reader'), gateway: url }),
        'gateway-denied',
      ],
      [() => register(doorsOf(bench), { token, gateway: url, site: 'nowhere' }), 'no-site'],
      [() => tellPod(doorsOf(bench), { gateway: url, token }), 'already-done'],
    ];
    for (const [act, code] of troubles) await expect(act()).rejects.toMatchObject({ code });
    const other = readyBench({ pod: 'valley' });
    await provision(doorsOf(other), await session('water-point-xiao', 34), {
      ...{ site: 'well-1', profile: 'water-point-xiao', pulseUl: 2000 },
    });
    await expect(register(doorsOf(other), { token, gateway: url })).rejects.toMatchObject({
      code: 'gateway-refused',
    });
    expect(verifyLog(other.folder).lines.at(-1)).toMatchObject({
      outcome: 'failed',
      trouble: 'gateway-refused',
    });
  });
});

describe('a registration on a stick', () => {
  it('is signed by the bench, holds no secret, and a changed one is refused', async () => {
    const bench = readyBench();
    await provision(doorsOf(bench), await session('water-point-xiao-lora', 35), {
      ...{ site: 'well-1', profile: 'water-point-xiao-lora', pulseUl: 2000 },
    });
    const stick = freshFolder();
    const { file } = await register(doorsOf(bench), { token: null, to: stick });
    const text = readFileSync(file ?? '', 'utf8');
    const body = text.slice('{"registration":'.length, text.lastIndexOf(',"signature":"'));
    const x = Buffer.from(benchPublicKey(bench.folder), 'hex').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    const { signature } = JSON.parse(text);
    const message = Buffer.from(`tallywell-registration-v1\n${body}`);
    expect(verify(null, message, key, Buffer.from(signature, 'hex'))).toBe(true);
    expect(text).not.toContain(Buffer.from(bench.channelKey()).toString('hex'));
    expect(readRegistrationFile(file ?? '').sites[0].site.site).toBe('well-1');
    writeFileSync(file ?? '', text.replace('well-1', 'well-2'));
    expect(() => readRegistrationFile(file ?? '')).toThrow(
      expect.objectContaining({ code: 'bad-file' }),
    );
    await expect(
      register(doorsOf(bench), { token: null, to: join(stick, 'no') }),
    ).rejects.toMatchObject({ code: 'bad-file' });
  });

  it('a token comes from a file or the environment', () => {
    const file = join(freshFolder(), 'token');
    writeFileSync(file, 'abc\nsecond');
    expect(tokenOf(file)).toBe('abc');
    expect(() => tokenOf(`${file}x`)).toThrow(expect.objectContaining({ code: 'bad-file' }));
  });
});
