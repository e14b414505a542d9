/*
 * One run of the village, from files to exit code.
 * From: checked options. To: the world, the gateway process, the view, the judge, the summary.
 * Source: docs/village.md; design section 11.
 */
import { createHash } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildVillage, type Village } from './build';
import { openVillageFolder, type VillageFolder } from './data-dir';
import type { TimeEvidence } from './gateway-child';
import { type GatewayLink, openGatewayLink } from './gateway-link';
import { packageFolder, replayCommand, type VillageOptions } from './options';
import { readPoints } from './points';
import { choosePort } from './ports';
import { openRadioPort, type RadioPort } from './radio-port';
import { registerOf } from './register-file';
import { settle } from './settle';
import { planVillage, type VillagePlan } from './sites';
import { createSnapshots } from './snapshot';
import { openStoreReading, type RefusedCounts, refusedBefore } from './store-reading';
import { type Summary, summaryWords } from './summary';
import { readTaps, type TapReading } from './taps';
import { createLineView, createTerminalView, type View } from './view';

/** Longest stretch of village time between two barriers, ms. */
const BARRIER_MS_MAX = 60_000;
/** A stop of village time at least this often, ms; shorter at low speeds so that the view moves. */
const STEP_MS_MAX = 20_000;
/** Steps while the gateway's session with its radio is being set up, ms. */
const SYNC_STEP_MS = 200;
/** How often the view is repainted, real ms. */
const SHOW_MS = 500;
/** How often the folder is told how far village time got, village ms. */
const REACHED_MS = 3_600_000;

/** Doors for tests: what a test may do to the world, and where words go. Nothing is set in a normal run. */
export interface RunHooks {
  /** Called once when the world stands, before its time moves. */
  built?(village: Village): void;
  /** What the gateway's machine could know of the time, at a Unix time in ms. */
  evidence?(timeMs: number): TimeEvidence;
  stdout?: { write(text: string): unknown };
  stderr?: { write(text: string): unknown };
}

interface Run {
  options: VillageOptions;
  folder: VillageFolder;
  plan: VillagePlan;
  taps: TapReading;
  view: View;
  village: Village;
  port: RadioPort;
  link: GatewayLink;
  before: RefusedCounts;
}

function pointsDigest(plan: VillagePlan): string {
  const places = plan.sites.map((site) => `${site.site} ${site.latitude} ${site.longitude}`);
  return createHash('sha256').update(places.join('\n')).digest('hex').slice(0, 16);
}

function chooseView(options: VillageOptions, hooks: RunHooks): View {
  return process.stdout.isTTY && !options.json
    ? createTerminalView(process.stdout)
    : createLineView(hooks.stderr ?? process.stderr);
}

/** The rest of the gateway's command line. */
function gatewayArgs(run: {
  options: VillageOptions;
  folder: VillageFolder;
  radioPort: number;
  httpPort: number;
  mqttPort: number;
}): string[] {
  const { options, folder } = run;
  return [
    ...['--data', folder.folder, '--radio', `tcp://127.0.0.1:${run.radioPort}`],
    ...['--register', join(folder.folder, 'register.json'), '--pod', 'village'],
    ...['--http-port', String(run.httpPort), '--clock', 'parent'],
    ...(options.mqttUrl === undefined
      ? ['--mqtt-port', String(run.mqttPort)]
      : ['--mqtt', options.mqttUrl]),
  ];
}

async function choosePorts(options: VillageOptions, view: View) {
  const http = await choosePort('--http-port', options.httpPort, options.httpPortGiven);
  if (http.note !== '') view.note(http.note);
  if (options.mqttUrl !== undefined) return { httpPort: http.port, mqttPort: 0 };
  const mqtt = await choosePort('--mqtt-port', options.mqttPort, options.mqttPortGiven);
  if (mqtt.note !== '') view.note(mqtt.note);
  return { httpPort: http.port, mqttPort: mqtt.port };
}

/** Everything up to the first moment of village time. */
async function prepare(options: VillageOptions, hooks: RunHooks): Promise<Run> {
  const taps = readTaps(options.taps);
  const points = readPoints(options.points);
  const plan = planVillage(points.points, options.sites, options.seed);
  const view = chooseView(options, hooks);
  const ports = await choosePorts(options, view);
  const folder = openVillageFolder(options.dataDir, {
    seed: options.seed,
    sites: options.sites,
    points: pointsDigest(plan),
  });
  for (const [what, reading] of [
    ['taps', taps],
    ['points', points],
  ] as const) {
    if (reading.badRows > 0) {
      view.note(
        `--${what}: ${reading.badRows} unreadable rows left out (first: ${reading.firstBad})`,
      );
    }
  }
  const village = buildVillage({ options, plan, run: folder.run, startS: folder.startS });
  for (const note of village.notes) view.note(note);
  const port = await openRadioPort(village.gatewayRadio);
  village.onGatewayRadio(port.send, port.hangUp);
  writeFileSync(
    join(folder.folder, 'register.json'),
    `${JSON.stringify(registerOf(plan, options.seed, folder.startsS), null, 1)}\n`,
  );
  const before = refusedBefore(folder.folder);
  const start = {
    script: join(packageFolder(), 'dist/tallywell.js'),
    args: gatewayArgs({ options, folder, radioPort: port.port, ...ports }),
    folder: folder.folder,
  };
  try {
    const link = await openGatewayLink(start, port, view.note, hooks.evidence);
    village.provision(link.ready().publicKey, taps.days);
    hooks.built?.(village);
    return { options, folder, plan, taps, view, village, port, link, before };
  } catch (error) {
    port.close();
    folder.release();
    throw error;
  }
}

/** Runs village time to `endMs` (Infinity = until stopped). Returns the ms reached. */
async function live(run: Run, endMs: number, isStopped: () => boolean): Promise<number> {
  const { options, village, port, link, folder } = run;
  const { world } = village;
  const snapshots = createSnapshots(run);
  const paced = Number.isFinite(options.speed);
  const stepMs = paced
    ? Math.min(STEP_MS_MAX, Math.max(100, Math.floor(options.speed * 50)))
    : STEP_MS_MAX;
  const startedAt = Date.now();
  let shownAt = 0;
  let reachedMs = 0;
  let barrierMs = 0;
  let sent = port.bytesSent();
  let session = await link.barrier(folder.startS * 1000);
  while (world.nowMs() < endMs && !isStopped()) {
    const step = session === 'ready' ? stepMs : SYNC_STEP_MS;
    const nowMs = Math.min(world.nowMs() + step, endMs);
    world.runUntil(nowMs);
    const due = port.bytesSent() !== sent || nowMs - barrierMs >= BARRIER_MS_MAX || nowMs === endMs;
    if (due || session !== 'ready') {
      session = await link.barrier(folder.startS * 1000 + nowMs);
      sent = port.bytesSent();
      barrierMs = nowMs;
    }
    if (nowMs - reachedMs >= REACHED_MS) {
      folder.reached(folder.startS + Math.floor(nowMs / 1000));
      reachedMs = nowMs;
    }
    if (Date.now() - shownAt >= SHOW_MS) {
      run.view.show(snapshots.take());
      shownAt = Date.now();
    }
    const aheadMs = paced ? startedAt + nowMs / options.speed - Date.now() : 0;
    if (aheadMs > 0) await sleep(aheadMs);
  }
  run.view.show(snapshots.take());
  snapshots.close();
  return world.nowMs();
}

/** Ctrl-C once: end in order. Twice: at once. */
function watchForStop(): { isStopped: () => boolean; whenStopped: Promise<void>; end: () => void } {
  let stopped = false;
  let tell: () => void = () => {};
  const whenStopped = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const stop = (): void => {
    if (stopped) process.exit(130);
    stopped = true;
    tell();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  const end = (): void => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
  return { isStopped: () => stopped, whenStopped, end };
}

function tellSummary(run: Run, summary: Summary, complaints: string[], hooks: RunHooks): number {
  const stdout = hooks.stdout ?? process.stdout;
  const stderr = hooks.stderr ?? process.stderr;
  const good = complaints.length === 0;
  if (!good) {
    stderr.write(`NOT ALL IS ACCOUNTED FOR:\n${complaints.map((line) => `  ${line}\n`).join('')}`);
    stderr.write(`replay: ${replayCommand({ ...run.options, days: summary.days })}\n`);
  }
  const temporary = run.folder.temporary;
  if (temporary && good && run.options.exit)
    rmSync(run.folder.folder, { recursive: true, force: true });
  else stderr.write(`everything is kept in ${run.folder.folder}\n`);
  stdout.write(`${run.options.json ? JSON.stringify(summary) : summaryWords(summary)}\n`);
  return good ? 0 : 1;
}

/** Runs the village. Returns the exit code: 0 all accounted for, 1 not. Throws: an Error in words for people. */
export async function runVillage(options: VillageOptions, hooks: RunHooks = {}): Promise<number> {
  const run = await prepare(options, hooks);
  const stop = watchForStop();
  const endMs =
    options.days === 0 ? Number.POSITIVE_INFINITY : Math.round(options.days * 86_400_000);
  try {
    const reachedMs = await live(run, endMs, stop.isStopped);
    if (!options.exit && !stop.isStopped()) {
      run.view.note(`${options.days} days are over; broker and page stay until Ctrl-C`);
      await stop.whenStopped;
    }
    run.folder.reached(run.folder.startS + Math.ceil(reachedMs / 1000));
    await run.link.stop();
    const reading = openStoreReading(run.folder.folder);
    const { summary, complaints } = settle(run, reading, reachedMs);
    reading.close();
    run.view.close();
    return tellSummary(run, summary, complaints, hooks);
  } finally {
    stop.end();
    await run.link.stop();
    run.port.close();
    run.folder.release();
  }
}
