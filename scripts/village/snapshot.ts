/*
 * Looks at the running village for the view.
 * From: the world's meters, the air, the gateway's database (read-only). To: view.ts.
 */
import { toHex } from '../../shared/bytes';
import type { Village } from './build';
import type { GatewayLink } from './gateway-link';
import { meterTotal } from './meter';
import type { VillageOptions } from './options';
import { openStoreReading, type RefusedCounts, type StoreReading } from './store-reading';
import { percent } from './summary';
import type { SiteRow, Snapshot } from './view';

/** What is looked at. */
export interface Looked {
  options: VillageOptions;
  folder: { folder: string; startS: number; run: number };
  village: Village;
  link: GatewayLink;
  before: RefusedCounts;
}

/** A site not heard for longer than this is silent, s: records come hourly. */
const SILENT_AFTER_S = 3 * 3600;

/** The mosquitto_sub command that reads this village's broker. */
export function subscribeCommand(mqttUrl: string): string {
  const url = new URL(mqttUrl);
  return `mosquitto_sub -h ${url.hostname} -p ${url.port || '1883'} -t 'tallywell/#' -v`;
}

function stateWord(nowS: number, lastHeardS: number): string {
  if (lastHeardS === 0) return 'not yet heard';
  return nowS - lastHeardS > SILENT_AFTER_S ? 'silent' : 'heard';
}

function rowsOf(looked: Looked, reading: StoreReading, nowS: number): SiteRow[] {
  const progress = reading.progress();
  return looked.village.nodes.map((node) => {
    const known = progress.get(toHex(node.publicKey));
    const total = node.meters.map(meterTotal);
    const isCanteen = node.site.kind === 'canteen';
    return {
      site: node.site.site,
      name: node.site.name,
      kind: node.site.kind,
      drawnLitres: isCanteen ? 0 : (total[0] * node.meters[0].unitUl) / 1e6,
      meals: isCanteen ? total[0] + total[1] : 0,
      storedRecords: known?.storedRecords ?? 0,
      closedRecords: node.closedRecords(),
      lastHeardS: known?.lastHeardS ?? 0,
      state: stateWord(nowS, known?.lastHeardS ?? 0),
    };
  });
}

function titleOf(looked: Looked): string {
  const { options, folder } = looked;
  const speed = Number.isFinite(options.speed)
    ? `${options.speed} times real time`
    : 'as fast as it goes';
  const run = folder.run > 1 ? `  run ${folder.run}` : '';
  return `(UTC)  seed ${options.seed}  loss ${options.lossPercent} %  ${speed}${run}`;
}

/** Takes snapshots; the database is opened at the first one. */
export function createSnapshots(looked: Looked): { take(): Snapshot; close(): void } {
  let reading: StoreReading | undefined;
  const take = (): Snapshot => {
    reading ??= openStoreReading(looked.folder.folder);
    const { village, link, folder, before } = looked;
    const nowS = folder.startS + Math.floor(village.world.nowMs() / 1000);
    const rows = rowsOf(looked, reading, nowS);
    const stored = rows.reduce((all, row) => all + row.storedRecords, 0);
    const closed = rows.reduce((all, row) => all + row.closedRecords, 0);
    const refused = reading.refused();
    const { httpUrl, mqttUrl } = link.ready();
    return {
      title: titleOf(looked),
      timeS: nowS,
      rows,
      deliveredPercent: closed === 0 ? undefined : percent(stored, closed),
      airBusyPercent: village.airBusyPercent(),
      duplicate: refused.duplicate - before.duplicate,
      rejected: refused.rejected - before.rejected,
      notes: link.restarts() > 0 ? [`the gateway was started again ${link.restarts()} times`] : [],
      httpUrl,
      mqttUrl,
      subscribe: subscribeCommand(mqttUrl),
    };
  };
  return { take, close: () => reading?.close() };
}
