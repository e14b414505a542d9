/*
 * page-acts.ts: what can be done on the bench page: a table of acts with their forms. The acts are those of the command line.
 * Way: hub.ts -> one line here -> act -> its words.
 */
import type { TFunction } from 'i18next';
import { CALIBRATION_VOLUME_ML_MAX } from '../../../firmware/node-limits';
import { RADIO_BOARDS } from '../../../hardware/radios';
import type { ActDoors } from '../bench';
import { flash } from '../board/flash';
import { sayFlash } from '../board/flash-verb';
import { PROGRAM_NAMES, readProgramFiles } from '../board/program-files';
import { undoBoard } from '../board/undo-board';
import { calibrate, type Pourer } from '../calibrate';
import { labelOfBoard } from '../label';
import type { PartResult } from '../part';
import { type ProvisionOptions, provision } from '../provision';
import { numberFlag, provisionOptionsOf, sayProvision } from '../provision-verb';
import { adminKeyOf } from '../radio/admin-radio';
import { nodeNumOf } from '../radio/node-number';
import { sayRadioUndone, saySetUp } from '../radio/radio-words';
import { type SetUpOptions, setUpRadio, undoRadio } from '../radio/set-up';
import { register } from '../register';
import { sayRegister, sayReplace, sayRetire } from '../register-verbs';
import { replaceNode, retireNode } from '../replace';
import { selftest } from '../selftest';
import { partWords, sayCalibrate } from '../test-verbs';
import { Trouble } from '../trouble';
import { sayUndone } from '../undo-verb';
import { withBoard } from '../with-board';

/** A value a person gives. */
export interface PageField {
  /** Key below `page.field`. */
  name: string;
  kind: 'text' | 'number' | 'select' | 'secret' | 'file';
  isRequired?: boolean;
  /** Behind a fold: most people never need it. */
  isRare?: boolean;
  /** Of a select; those below `page.option` are translated. */
  options?: readonly string[];
}

/** What an act of the page gets beside the doors of every act. */
export interface PageDoors extends ActDoors {
  /** Shows rows of [what, value, verdict] that change while the act runs. */
  show(rows: readonly (readonly string[])[]): void;
  /** Shows the label of a site, with the way to print it. */
  showLabel(site: string): void;
  /** Tells the person what to do and waits for the button. Rejects with Trouble cancelled. */
  ask(question: string): Promise<string>;
}

/** One act. */
export interface PageAct {
  /** Key below `page.act`. */
  name: string;
  device: 'board' | 'radio';
  fields: readonly PageField[];
  /** May it run on all boards at once? */
  forTray?: boolean;
  hasDryRun?: boolean;
  /** Does it; resolves with words for people. */
  run(
    doors: PageDoors,
    port: string,
    values: Readonly<Record<string, string>>,
    t: TFunction,
  ): Promise<string>;
}

const FLASH: PageAct = {
  name: 'flash',
  device: 'board',
  forTray: true,
  hasDryRun: true,
  fields: [{ name: 'profile', kind: 'select', options: PROGRAM_NAMES, isRequired: true }],
  async run(doors, port, { profile }, t) {
    const built = readProgramFiles(profile);
    const result = await withBoard(port, (session) => flash(doors, session, { built }));
    return sayFlash(result, t);
  },
};

/** What the file of a wiring says; the file itself stays in the browser. Throws: Trouble bad-file. */
function wiringOf(text: string | undefined, t: TFunction): unknown {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Trouble('bad-file', { file: t('page.field.wiring'), fault: 'no-json' });
  }
}

/** The fields of a board that gets a site. Throws: Trouble bad-file. */
function siteOptionsOf(values: Readonly<Record<string, string>>, t: TFunction): ProvisionOptions {
  const { site, name, pulseUl, wiring } = values;
  const told = { site, name: name || undefined, pulseUl: pulseUl || undefined };
  return { ...provisionOptionsOf(told), wiring: wiringOf(wiring, t) };
}

const PROVISION: PageAct = {
  name: 'provision',
  device: 'board',
  hasDryRun: true,
  fields: [
    { name: 'site', kind: 'text', isRequired: true },
    { name: 'name', kind: 'text' },
    { name: 'pulseUl', kind: 'number' },
    { name: 'wiring', kind: 'file' },
  ],
  async run(doors, port, values, t) {
    const options = siteOptionsOf(values, t);
    const result = await withBoard(port, (session) => provision(doors, session, options));
    return sayProvision(result, t);
  },
};

const SELFTEST: PageAct = {
  name: 'selftest',
  device: 'board',
  fields: [],
  async run(doors, port, _values, t) {
    const rows: string[][] = [];
    const bad: string[] = [];
    const onPart = (part: PartResult): void => {
      const { name, verdict, value, advice } = partWords(part, t);
      rows.push([name, verdict, `${value} ${advice}`.trim()]);
      if (part.outcome === 'fail') bad.push(name);
      doors.show(rows);
    };
    const options = { token: process.env.TALLYWELL_TOKEN ?? null, onPart };
    const { parts, failed } = await withBoard(port, (session) => selftest(doors, session, options));
    if (failed > 0) throw new Trouble('test-failed', { parts: bad.join(', ') });
    return t('selftest.sum', { failed, all: parts.length });
  },
};

const CALIBRATE: PageAct = {
  name: 'calibrate',
  device: 'board',
  hasDryRun: true,
  fields: [
    { name: 'volumeMl', kind: 'number', isRequired: true },
    { name: 'repeats', kind: 'select', options: ['3', '2', '4', '5'] },
  ],
  async run(doors, port, { volumeMl, repeats }, t) {
    const volume = numberFlag('volumeMl', volumeMl, 1, CALIBRATION_VOLUME_ML_MAX) ?? 0;
    const options = { volumeMl: Math.round(volume), pours: Number(repeats) };
    const rows: string[][] = [];
    const person: Pourer = {
      poured: async (pour, pours, ml) => {
        await doors.ask(t('page.pour', { pour, pours, volumeMl: ml }));
      },
      counted: (pour, pulses) => {
        rows.push([t('page.poured', { pour }), t('page.pulses', { pulses }), '']);
        doors.show(rows);
      },
    };
    const result = await withBoard(port, (session) => calibrate(doors, session, person, options));
    const measured = result.pours.map(({ pulseUl }) => `${pulseUl} µL`);
    doors.show(rows.map(([name, pulses], at) => [name, pulses, measured[at]]));
    return sayCalibrate(result, t);
  },
};

const REGISTER: PageAct = {
  name: 'register',
  device: 'board',
  hasDryRun: true,
  fields: [
    { name: 'site', kind: 'text' },
    { name: 'token', kind: 'secret' },
    { name: 'to', kind: 'text' },
  ],
  async run(doors, _port, values, t) {
    const token = values.token || process.env.TALLYWELL_TOKEN || null;
    const where = values.to ? { to: values.to, token: null } : { token };
    const result = await register(doors, { site: values.site || undefined, ...where });
    return sayRegister(result, t);
  },
};

const LABEL: PageAct = {
  name: 'label',
  device: 'board',
  fields: [],
  async run(doors, port, _values, t) {
    const site = await withBoard(port, (session) => labelOfBoard(doors, session));
    doors.showLabel(site);
    return t('page.label-made', { site });
  },
};

const REPLACE: PageAct = {
  name: 'replace',
  device: 'board',
  hasDryRun: true,
  fields: [
    { name: 'site', kind: 'text', isRequired: true },
    { name: 'wiring', kind: 'file' },
  ],
  async run(doors, port, values, t) {
    const options = siteOptionsOf(values, t);
    return sayReplace(await withBoard(port, (session) => replaceNode(doors, session, options)), t);
  },
};

/** Of a site, whatever board is at the port: its node may be gone. */
const RETIRE: PageAct = {
  name: 'retire',
  device: 'board',
  hasDryRun: true,
  fields: [{ name: 'site', kind: 'text', isRequired: true }],
  run: async (doors, _port, { site }, t) => sayRetire(await retireNode(doors, { site }), t),
};

const UNDO: PageAct = {
  name: 'undo',
  device: 'board',
  fields: [],
  async run(doors, port, _values, t) {
    return sayUndone(await withBoard(port, (session) => undoBoard(doors, session)), t);
  },
};

/** Whose orders over the air a radio shall take, or which radio is ordered over the air. Throws: Trouble of --admin-radio, bad-file. */
async function ordersOf(
  { adminRadio, remote }: Readonly<Record<string, string>>,
  t: TFunction,
): Promise<Pick<SetUpOptions, 'adminKey' | 'remote'>> {
  if (!remote) return { adminKey: adminRadio ? await adminKeyOf(adminRadio) : undefined };
  const nodeNum = nodeNumOf(remote.trim());
  const isAlone = nodeNum !== null && !adminRadio;
  if (isAlone) return { remote: nodeNum };
  const fault = nodeNum === null ? 'no-node-id' : 'not-both';
  throw new Trouble('bad-file', { file: t('page.field.remote'), fault });
}

const RADIO: PageAct = {
  name: 'radio',
  device: 'radio',
  hasDryRun: true,
  fields: [
    { name: 'for', kind: 'select', options: ['site', 'sleeper', 'gateway'], isRequired: true },
    { name: 'site', kind: 'text' },
    { name: 'board', kind: 'select', options: ['auto', ...RADIO_BOARDS.map(({ name }) => name)] },
    { name: 'adminRadio', kind: 'text', isRare: true },
    { name: 'remote', kind: 'text', isRare: true },
  ],
  async run(doors, port, values, t) {
    const role = values.for === 'gateway' || values.for === 'sleeper' ? values.for : 'site';
    const board = values.board === 'auto' ? undefined : values.board;
    const orders = await ordersOf(values, t);
    const options = { port, role, site: values.site || null, board, ...orders } as const;
    return saySetUp(await setUpRadio(doors, options), t);
  },
};

const RADIO_UNDO: PageAct = {
  name: 'radio-undo',
  device: 'radio',
  hasDryRun: true,
  fields: [],
  run: async (doors, port, _values, t) => sayRadioUndone(await undoRadio(doors, { port }), t),
};

/** In the order in which a board goes through them. */
export const PAGE_ACTS: readonly PageAct[] = [
  FLASH,
  PROVISION,
  SELFTEST,
  CALIBRATE,
  REGISTER,
  LABEL,
  REPLACE,
  RETIRE,
  UNDO,
  RADIO,
  RADIO_UNDO,
];
