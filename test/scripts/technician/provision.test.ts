/*
 * Provisioning against virtual boards that run the built firmware behind a TCP port: what the node itself says afterwards.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { NodeConfig } from '../../../firmware/board';
import { verifyLog } from '../../../scripts/technician/bench-folder';
import type { BoardSession } from '../../../scripts/technician/board/board-session';
import { openBoard } from '../../../scripts/technician/board/espruino-board';
import { type ProvisionOptions, provision } from '../../../scripts/technician/provision';
import { readSites, siteOf } from '../../../scripts/technician/sites';
import { boardWith, doorsOf, readyBench, type TestBoard } from './support/bench-kit';

const WELL: ProvisionOptions = {
  site: 'well-3',
  name: 'بئر',
  profile: 'water-point-xiao',
  pulseUl: 2222,
};

async function opened({ url }: TestBoard): Promise<BoardSession> {
  const session = await openBoard(url);
  onTestFinished(() => session.close());
  return session;
}

async function configOn(session: BoardSession): Promise<NodeConfig> {
  return JSON.parse(Buffer.from(await session.read('tw.cfg')).toString());
}

describe('provision of a new node', () => {
  it('gives a XIAO key, configuration and journal, and the node says who it is', async () => {
    const bench = readyBench();
    const session = await opened(await boardWith('xiao', 'water-point-xiao', 1));
    const doors = doorsOf(bench);
    const wiring = { reed: { pin: 'D2' }, tamper: { pin: 'D3' } };
    const done = await provision(doors, session, { ...WELL, wiring });
    const id = await session.node('id');
    expect(id).toMatchObject({
      site: 'well-3',
      kind: 1,
      slot: 0,
      publicKey: done.publicKey,
      key: 'good',
    });
    const hash = createHash('sha256')
      .update(Buffer.from(String(id.publicKey), 'hex'))
      .digest('hex');
    expect(id.keyId).toBe(hash.slice(0, 8));
    expect(await session.node('journal')).toMatchObject({ pages: 63, records: 0 });
    expect(await configOn(session)).toEqual({
      ...{ site: 'well-3', kind: 1, slot: 0, gatewayKey: 'ab'.repeat(32), gatewayNode: 0x9ea1f77c },
      ...{ recoveryKey: 'cd'.repeat(32), keyId: id.keyId, calibrationId: 1, pulseUl: 2222, wiring },
    });
    expect(siteOf(bench.folder, 'well-3')).toMatchObject({
      name: 'بئر',
      nodes: [{ slot: 0, publicKey: id.publicKey }],
    });
    expect(verifyLog(bench.folder).lines).toMatchObject([
      { act: 'provision', outcome: 'done', site: 'well-3' },
    ]);
  });

  it('is safe to repeat: the same again writes nothing, another calibration keeps key and epoch', async () => {
    const bench = readyBench();
    const session = await opened(await boardWith('xiao', 'water-point-xiao', 2));
    const first = await provision(doorsOf(bench), session, WELL);
    const epoch = (await session.node('counters')).epoch;
    const again = doorsOf(bench);
    expect(await provision(again, session, { site: 'well-3' })).toMatchObject({ wasSame: true });
    expect(again.told).not.toContain('restart');
    expect((await session.node('counters')).epoch).toBe(epoch);
    const changed = await provision(doorsOf(bench), session, { site: 'well-3', pulseUl: 2300 });
    expect(changed).toMatchObject({ publicKey: first.publicKey, calibrationId: 2, wasSame: false });
    expect((await configOn(session)).pulseUl).toBe(2300);
    expect(Number((await session.node('counters')).epoch)).toBeGreaterThan(Number(epoch));
    expect(bench.newestSaved(changed.device)?.snapshot.files.map(({ name }) => name)).toEqual([
      'tw.cfg',
    ]);
  });

  it('tells a node with a radio chip its channel, and nobody else', async () => {
    const bench = readyBench();
    const session = await opened(await boardWith('xiao', 'water-point-xiao-lora', 3));
    await provision(doorsOf(bench), session, {
      site: 'hill',
      profile: 'water-point-xiao-lora',
      pulseUl: 1,
    });
    const { lora } = await configOn(session);
    const key = Buffer.from(bench.channelKey()).toString('hex');
    expect(lora).toMatchObject({ channelKey: key, frequencyHz: 869_525_000, spreadingFactor: 11 });
    const text = JSON.stringify([verifyLog(bench.folder), readSites(bench.folder)]);
    expect(text).not.toContain(key);
  });
});

describe('provision that was stopped', () => {
  it('between key and start goes on when it is repeated', async () => {
    const bench = readyBench();
    const session = await opened(await boardWith('xiao', 'water-point-xiao', 8));
    const stop = new AbortController();
    const progress = { step: (step: string) => step === 'make-journal' && stop.abort() };
    const doors = doorsOf(bench);
    const stopped = provision(
      { ...doors, progress: { ...doors.progress, ...progress }, signal: stop.signal },
      session,
      WELL,
    );
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    const { publicKey } = await provision(doors, session, WELL);
    expect(await session.node('id')).toMatchObject({ site: 'well-3', publicKey, key: 'good' });
    expect(readSites(bench.folder).sites).toHaveLength(1);
  });
});

describe('what a node tells of its link keeps its names', () => {
  it.each([
    ['water-point-xiao', {}, ['isReady', 'hasChannel', 'failures', 'nodeNum', 'heardS']],
    ['water-point-xiao', { radioPowerPin: 'D8' }, ['isOn', 'isReady', 'notReady']],
    ['water-point-xiao-lora', {}, ['isUp', 'faults', 'sentInHourMs', 'allowedMs', 'heard']],
  ] as const)('%s %o', async (profile, more, names) => {
    const session = await opened(await boardWith('xiao', profile, 9));
    await provision(doorsOf(readyBench()), session, { ...WELL, profile, ...more });
    const { status } = await session.node('radio');
    expect(Object.keys(status as object)).toEqual(expect.arrayContaining([...names]));
  });
});

describe('provision changes nothing', () => {
  it('with --dry-run looks only', async () => {
    const bench = readyBench();
    const session = await opened(await boardWith('xiao', 'canteen-xiao', 4));
    const options = { site: 'school', profile: 'canteen-xiao' };
    expect(await provision(doorsOf(bench, true), session, options)).toMatchObject({
      publicKey: null,
      slot: 0,
    });
    expect(await session.node('id')).toMatchObject({ site: null, key: 'erased' });
    expect(readSites(bench.folder).sites).toEqual([]);
    expect(verifyLog(bench.folder).lines).toEqual([]);
  });

  it('where something would be wrong', async () => {
    const bench = readyBench();
    const session = await opened(await boardWith('xiao', 'water-point-xiao', 5));
    const refusals: [ProvisionOptions, string][] = [
      [{ ...WELL, wiring: { reed: { pin: 'D6' } } }, 'wrong-wiring'],
      [{ ...WELL, profile: 'water-point' }, 'wrong-board'],
      [{ ...WELL, profile: undefined }, 'wrong-wiring'],
    ];
    for (const [options, code] of refusals)
      await expect(provision(doorsOf(bench), session, options)).rejects.toMatchObject({ code });
    expect(await session.check('tw.cfg')).toBeNull();
    await provision(doorsOf(bench), session, WELL);
    const other = provision(doorsOf(bench), session, { ...WELL, site: 'well-4' });
    await expect(other).rejects.toMatchObject({ code: 'already-done' });
    const second = await opened(await boardWith('xiao', 'water-point-xiao', 6));
    await expect(provision(doorsOf(bench), second, WELL)).rejects.toMatchObject({
      code: 'site-taken',
    });
    const slot = provision(doorsOf(bench), second, { ...WELL, site: 'well-4', slot: 0 });
    await expect(slot).rejects.toMatchObject({ code: 'slot-taken' });
    expect(await provision(doorsOf(bench), second, { ...WELL, site: 'well-4' })).toMatchObject({
      slot: 1,
    });
  });
});
