/*
 * provision.ts: gives a board its site: the node makes its key, gets tw.cfg and a journal, starts again and proves who it is.
 * Way: pod, site, wiring -> BoardSession; sites.json remembers. Key, epoch, journal and counters of a node stay as they are.
 */
import type { NodeConfig } from '../../firmware/board';
import type { ActDoors, SiteBefore } from './bench';
import { verifyLog } from './bench-folder';
import { lookAt } from './board/board-before';
import type { BoardSession } from './board/board-session';
import { flash, start } from './board/flash';
import { readProgramFiles } from './board/program-files';
import { type ActNotes, goOn, logged } from './logged';
import { CONFIG_FILE, configBytes, configOf, keyIdHex } from './node-config';
import { makeJournal, refuseMoving } from './node-journal';
import { type NodeState, readNodeState } from './node-state';
import {
  type NodePlan,
  nodeBefore,
  placeNode,
  type SiteWords,
  sitesBefore,
  slotFor,
} from './placing';
import { type BenchNode, changeSites, readSites, siteOfKey } from './sites';
import { Trouble } from './trouble';
import { boardOf, checkWiring, profileNamed } from './wiring-check';

/** What a site gets. What is left out stays as the site had it. */
export interface ProvisionOptions extends SiteWords {
  /** µL of one pulse; 0 = not measured yet. */
  pulseUl?: number;
  /** 1..65535; one more than the last when a new volume is given without it. */
  calibrationId?: number;
  /** Sensors beside the meter, as firmware/sensors/wiring.ts has them. */
  wiring?: unknown;
  radioPowerPin?: string;
  /** Program on the board; what `flash` noted when left out. */
  profile?: string;
  /** Take a node away from the site it has. */
  isAgain?: boolean;
  /** The site's node gives way: `replace`. */
  replaces?: boolean;
}

/** What the node is now. */
export interface ProvisionResult {
  site: string;
  slot: number;
  /** null = not made yet (--dry-run). */
  publicKey: string | null;
  keyId: string | null;
  device: string;
  profile: string;
  calibrationId: number;
  /** Nothing had to be written. */
  wasSame: boolean;
  isDryRun: boolean;
  /** It had the bench program of an MDBT42Q: the site's program takes its place, or would (--dry-run). */
  putsSiteProgram: boolean;
}

/** Name of the program that `flash` wrote last on this device; null = this bench never did. */
function flashedProfile(folder: string, device: string): string | null {
  const { lines } = verifyLog(folder);
  const last = lines.findLast(
    (line) => line.device === device && line.act === 'flash' && line.outcome === 'done',
  );
  const profile = last?.facts.profile;
  return typeof profile === 'string' ? profile : null;
}

/** The site's program. Throws: Trouble wrong-wiring when it is not known. */
function profileFor(
  folder: string,
  device: string,
  asked: string | undefined,
  before: BenchNode | null,
) {
  const flashed = flashedProfile(folder, device);
  const isSites = flashed !== null && profileNamed(flashed).kind !== 'bench';
  const profile = profileNamed(asked ?? (isSites ? flashed : null) ?? before?.profile ?? '');
  if (profile.kind !== 'bench') return profile;
  throw new Trouble('wrong-wiring', {
    part: 'profile',
    pin: profile.name,
    why: 'unknown-profile',
    use: '',
  });
}

function calibrationOf(
  options: ProvisionOptions,
  before: BenchNode | null,
): BenchNode['calibration'] {
  const known = before?.calibration ?? null;
  const { pulseUl } = options;
  if (pulseUl === undefined) return known;
  if (pulseUl === 0) return null;
  const isSame = known?.volumePerPulseUl === pulseUl;
  const id = options.calibrationId ?? (isSame ? known.id : (known?.id ?? 0) + 1);
  return { id, volumePerPulseUl: pulseUl };
}

function planOf(
  folder: string,
  { identity }: NodeState,
  options: ProvisionOptions,
  before: BenchNode | null,
): NodePlan {
  const profile = profileFor(folder, identity.serial, options.profile, before);
  const wanted = boardOf(profile).espruino;
  if (wanted !== identity.board)
    throw new Trouble('wrong-board', { board: identity.board, wanted });
  const radioPowerPin = options.radioPowerPin ?? before?.radioPowerPin ?? undefined;
  const wiring = checkWiring(profile, options.wiring ?? before?.wiring ?? {}, radioPowerPin);
  const calibration = calibrationOf(options, before);
  return { device: identity.serial, profile, wiring, radioPowerPin, calibration };
}

/** A key that was made, but not at the start of the program: that reads its key only then. */
async function settledState({ doors, session, notes }: Working): Promise<NodeState> {
  doors.progress.step('look');
  const state = await readNodeState(session);
  notes.device = state.identity.serial;
  if (state.key !== 'good' || state.publicKey !== null || doors.isDryRun) return state;
  doors.progress.step('restart');
  await session.restart();
  return readNodeState(session);
}

/** The key: made where there is none. null: --dry-run, and there is none. */
async function ensureKey(
  doors: ActDoors,
  session: BoardSession,
  state: NodeState,
): Promise<string | null> {
  if (state.key === 'torn') throw new Trouble('key-torn');
  if (state.publicKey !== null) return state.publicKey;
  if (state.key === 'erased' && !state.hasConsole)
    throw new Trouble('key-refused', { reason: 'bench-mdbt42q' });
  if (doors.isDryRun) return null;
  if (state.key === 'erased') {
    doors.progress.step('make-key');
    try {
      return String((await session.node('key')).publicKey);
    } catch (error) {
      if (!(error instanceof Trouble) || error.code !== 'node-refused') throw error;
      throw new Trouble('key-refused', { reason: error.details.reason ?? '' });
    }
  }
  // Made, but the program that runs began before: it reads its key at the start.
  doors.progress.step('restart');
  await session.restart();
  const { publicKey } = await session.node('id');
  if (typeof publicKey !== 'string') throw new Trouble('key-refused', { reason: 'no routine' });
  return publicKey;
}

/** Makes the node's key where there is none, without a site. Throws: Trouble key-torn, key-refused, and what a session throws. */
export async function makeKey(doors: ActDoors, session: BoardSession): Promise<void> {
  const state = await readNodeState(session);
  if (state.publicKey !== null) return;
  await ensureKey(doors, session, state);
  doors.progress.step('restart');
  // It reads its key at the start.
  await session.restart();
}

/** Throws: Trouble already-done, when the node has another site. */
function refuseMove(folder: string, state: NodeState, { site, isAgain }: ProvisionOptions): void {
  const { publicKey, config } = state;
  const known = publicKey === null ? null : siteOfKey(readSites(folder), publicKey);
  const other = known?.site ?? config?.site ?? site;
  if (other !== site && !isAgain)
    throw new Trouble('already-done', { what: `provision --site ${other}` });
}

function isSameBytes(a: Uint8Array | null, b: Uint8Array): boolean {
  return a !== null && Buffer.from(a).equals(Buffer.from(b));
}

/** Writes what is missing. @returns whether anything was. */
async function writeNode(
  doors: ActDoors,
  session: BoardSession,
  state: NodeState,
  config: NodeConfig,
  { profile, sites }: NodePlan & { sites: SiteBefore[] },
): Promise<boolean> {
  const { progress, bench } = doors;
  const bytes = configBytes(config);
  const isSame = isSameBytes(state.configBytes, bytes);
  if (isSame && state.journal !== null) return false;
  progress.step('save');
  const files = state.configBytes === null ? [] : [{ name: CONFIG_FILE, bytes: state.configBytes }];
  const { publicKey, identity } = state;
  const { serial: device } = identity;
  bench.save({ device, act: 'provision', publicKey, files, radio: null, sites });
  if (state.journal === null) {
    progress.step('make-journal');
    // On the MDBT42Q it must stand behind the journal.
    if (state.configBytes !== null && profile.board === 'nrf52832')
      await session.erase(CONFIG_FILE);
    await makeJournal(session, profile.board);
  }
  goOn(doors);
  if (!isSame) {
    await refuseMoving(session, profile.board, bytes.length);
    progress.step('write-config');
    await session.write(CONFIG_FILE, bytes, progress.share);
  }
  return true;
}

/**
 * Writes what is missing, starts the node and lets it prove itself. An MDBT42Q at a cable is not heard of any more once the program of its
 * site runs: so what lies on it is read back before. @returns whether anything was written
 */
async function writeAndProve(
  { doors, session }: Working,
  state: NodeState,
  config: NodeConfig,
  plan: NodePlan & { sites: SiteBefore[] },
  publicKey: string,
): Promise<boolean> {
  const isBare = plan.profile.board === 'nrf52832';
  const needsProgram = isBare && (state.hasConsole || !(await hasProgram(session)));
  const site = needsProgram ? await putSiteProgram(doors, session, plan) : state;
  const isWritten = await writeNode(doors, session, site, config, plan);
  const proveIt = () => prove(doors, session, site.hasConsole, { publicKey, config });
  if (isBare) await proveIt();
  if (isWritten || site !== state) await start(doors, session, state.identity.board);
  if (!isBare) await proveIt();
  return isWritten || site !== state;
}

/** Is there a whole program? A run that broke off may have left a part of one. */
async function hasProgram(session: BoardSession): Promise<boolean> {
  const { slots } = await lookAt(session, false);
  return slots.some((slot) => slot !== null && slot.sequence > 0);
}

/** The program of the site instead of the bench program, not started: journal and tw.cfg must be there first. */
async function putSiteProgram(
  doors: ActDoors,
  session: BoardSession,
  { profile }: NodePlan,
): Promise<NodeState> {
  doors.progress.note('site-program', { profile: profile.name });
  await flash(doors, session, { built: readProgramFiles(profile.name), isHeld: true });
  return readNodeState(session);
}

/** The node itself says who it is now. Throws: Trouble boot-failed when that is not what was meant. */
async function prove(
  { progress }: ActDoors,
  session: BoardSession,
  hasConsole: boolean,
  { publicKey, config }: { publicKey: string; config: NodeConfig },
): Promise<void> {
  progress.step('prove');
  const now = await readNodeState(session);
  const told = hasConsole ? await session.node('id') : { ...now.config };
  const wanted = { site: config.site, kind: config.kind, slot: config.slot, keyId: config.keyId };
  const wrong = Object.entries(wanted).find(([name, value]) => told[name] !== value);
  if (wrong)
    throw new Trouble('boot-failed', { error: `${wrong[0]}: ${told[wrong[0]]} != ${wrong[1]}` });
  if (now.publicKey !== publicKey) throw new Trouble('boot-failed', { error: 'publicKey' });
  if (now.journal === null) throw new Trouble('boot-failed', { error: 'journal' });
}

interface Working {
  doors: ActDoors;
  session: BoardSession;
  options: ProvisionOptions;
  notes: ActNotes;
}

async function provisionLogged({
  doors,
  session,
  options,
  notes,
}: Working): Promise<ProvisionResult> {
  const { bench, progress, isDryRun } = doors;
  const { folder } = bench;
  const pod = bench.pod();
  notes.site = options.site;
  const state = await settledState({ doors, session, options, notes });
  refuseMove(folder, state, options);
  const givesWay = options.replaces === true;
  const before = nodeBefore(readSites(folder), options, state.publicKey, givesWay);
  const plan = planOf(folder, state, options, before);
  const slot = slotFor(readSites(folder), options, before);
  if (plan.profile.link === 'lora') bench.channelKey();
  const publicKey = await ensureKey(doors, session, state);
  const said = { site: options.site, device: plan.device, profile: plan.profile.name, isDryRun };
  const calibrationId = plan.calibration?.id ?? 0;
  const putsSiteProgram = state.hasConsole && plan.profile.board === 'nrf52832';
  if (publicKey === null || isDryRun) {
    const keyId = publicKey && keyIdHex(publicKey);
    return { ...said, slot, publicKey, keyId, calibrationId, wasSame: false, putsSiteProgram };
  }
  goOn(doors);
  const place = { publicKey, givesWay, nowS: Math.floor(Date.now() / 1000) };
  const sites = sitesBefore(readSites(folder), options.site, publicKey);
  const placed = changeSites(folder, (all) => placeNode(all, options, plan, place));
  const { channelKey } = bench;
  const config = configOf({
    pod,
    ...plan,
    site: options.site,
    publicKey,
    slot: placed.slot,
    channelKey,
  });
  const keyId = config.keyId;
  Object.assign(notes.facts, {
    slot: placed.slot,
    publicKey,
    profile: plan.profile.name,
    calibrationId,
  });
  if (config.kind === 1 && config.pulseUl === 0) progress.note('not-calibrated');
  const working = { doors, session, options, notes };
  const wasSame = !(await writeAndProve(working, state, config, { ...plan, sites }, publicKey));
  Object.assign(notes.facts, { wasSame });
  return { ...said, slot: placed.slot, publicKey, keyId, calibrationId, wasSame, putsSiteProgram };
}

/**
 * Gives a board its site. Safe to repeat: what is right already is not written again.
 * Throws: Trouble no-pod, no-program, key-torn, key-refused, wrong-board, wrong-wiring, site-taken, slot-taken, already-done,
 * storage-full, boot-failed, and what a session throws.
 */
export function provision(
  doors: ActDoors,
  session: BoardSession,
  options: ProvisionOptions,
): Promise<ProvisionResult> {
  return logged(doors, 'provision', (notes) => provisionLogged({ doors, session, options, notes }));
}
