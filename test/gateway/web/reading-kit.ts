/*
 * reading-kit.ts: a village for the tests of the pages for reading, and a phone that looks at it: a water point with two nodes of
 * which one fell silent for a day, a canteen whose fridge got warm, milestones.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { createFactsClient } from '../../../gateway/api/client';
import { type RunningGateway, startGateway } from '../../../gateway/gateway';
import type { GatewayOptions } from '../../../gateway/options';
import { toHex } from '../../../shared/bytes';
import type { UsageRecord } from '../../../shared/record';
import { putToken } from '../support/accounts-kit';
import { happening, packetOf, testNode, usage } from '../support/nodes';
import { startOracleRadio } from '../support/oracle-radio';
import { testFolder, until } from '../support/places';
import { holdHourOfDay } from '../support/time-of-day';
import { openPhone } from './pod-browser';

const DAY_S = 86_400;
const POWER_WAS_CUT = 1 << 18;

/** Sites: wp-01 with nodes 1 and 2, canteen-01 with node 3. */
export function register(folder: string, placedAt: number): string {
  const node = (number: number) => ({
    ...{ publicKey: toHex(testNode(number).publicKey), slot: number - 1, placedAt },
    calibration: { id: 1, volumePerPulseUl: 2222 },
  });
  const at = { latitude: 9.5, longitude: 8.25 };
  const sites = [
    { site: 'wp-01', name: 'Market well', kind: 'water-point', ...at, nodes: [node(1), node(2)] },
    { site: 'canteen-01', name: 'School', kind: 'canteen', ...at, nodes: [node(3)] },
  ];
  const path = join(folder, 'register.json');
  writeFileSync(path, JSON.stringify({ pod: 'testpod', sites }));
  return path;
}

/** Three days: node 2 tells nothing of yesterday; the canteen's fridge is warm in the last three hours. */
export async function village(other: Partial<GatewayOptions> = {}) {
  onTestFinished(holdHourOfDay());
  const folder = testFolder();
  const radio = await startOracleRadio();
  onTestFinished(() => radio.close());
  const endS = Math.floor(Date.now() / 3_600_000) * 3600;
  const todayS = endS - (endS % DAY_S);
  const startS = todayS - 3 * DAY_S;
  const gateway = await startGateway({
    ...{ holdBackMs: 0, dataDir: folder, radios: [radio.url], mqttPort: 0, httpPort: 0 },
    ...{ registerFile: register(folder, startS), log: () => {}, clock: 'machine' as const },
    ...other,
  });
  onTestFinished(() => gateway.stop());
  await until(() => gateway.status().radio.session === 'ready');
  const hours = (endS - startS) / 3600;
  let heard = 0;
  const hear = (payload: Uint8Array) => {
    heard += 1;
    radio.hear({ payload });
  };
  for (let sequence = 1; sequence <= hours; sequence++) {
    const timeS = startS + sequence * 3600;
    const isYesterday = timeS > todayS - DAY_S && timeS <= todayS;
    const power = sequence === 5 ? POWER_WAS_CUT : 0;
    const other = (more: Partial<UsageRecord> = {}) => ({ timeS, status: 165 | power, ...more });
    hear(packetOf(testNode(1), usage(testNode(1), sequence, other())));
    if (!isYesterday)
      hear(packetOf(testNode(2), usage(testNode(2), sequence, other({ status: 165 }))));
    const celsius = sequence > hours - 3 ? 900 : 400;
    const readings = [
      [2, 42_500],
      [3, celsius],
      [4, 6_500],
    ];
    const meals = { kind: 2 as const, counters: [sequence * 12, sequence * 24], status: 165 };
    const buckets = Array.from({ length: 12 }, () => [1, 2]);
    hear(
      packetOf(testNode(3), usage(testNode(3), sequence, other({ ...meals, buckets, readings }))),
    );
  }
  const lid = happening(testNode(1), hours + 1, { timeS: endS, eventCode: 1, value: 1 });
  hear(packetOf(testNode(1), { ...lid, uptimeS: hours * 3600 }));
  await until(() => gateway.status().records.stored === heard);
  return { gateway, folder, ask: createFactsClient(gateway.httpUrl) };
}

/** A phone until the test ends. A page that is not there is a fault. */
export async function phone(
  browser: Browser,
  gateway: RunningGateway,
  other: BrowserContextOptions = {},
) {
  const opened = await openPhone(browser, gateway, other, false);
  onTestFinished(opened.close);
  return opened;
}

/** Two milestones: canteens, whose date is over, and litres, which are reached with ten people. */
export async function setMilestones(gateway: RunningGateway, folder: string): Promise<void> {
  const token = putToken(folder, 'setup', 'technician');
  const Authorization = `Bearer ${token}`;
  const ask = createFactsClient(gateway.httpUrl, (url, init) =>
    fetch(url, { ...init, headers: { ...init?.headers, Authorization } }),
  );
  const canteens = { title: 'Three canteens', goal: 'canteens-open' as const, target: 3 };
  await ask('addMilestone', { body: { ...canteens, due: Date.UTC(2020, 0, 1) / 1000 } });
  const litres = { title: 'Water for all', goal: 'litres-per-person' as const, target: 15 };
  await ask('addMilestone', { body: { ...litres, due: Date.UTC(2090, 0, 1) / 1000 } });
  const people = { about: 'people' as const, value: 10, note: '' };
  await ask('addStatement', { params: { site: 'wp-01' }, body: people });
}
