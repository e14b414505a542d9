/*
 * site-acts.ts: what the forms of /admin/sites do: look at a bench's file, take it, rename, retire, people served.
 * Way: form -> POST /api/v1/register's own function, or the API's statement -> what became of it.
 */
import { equal, fromHex } from '../../../shared/bytes';
import type { Sayer } from '../../api/answers';
import type { RegisterSite } from '../../core/register';
import { siteJson } from '../../core/registration';
import type { Answer, PostAnswer } from '../../edges/http/answer';
import { type RegistrationFile, readRegistrationText } from '../../registration-file';
import { type Notice, notice } from './pieces';
import type { AdminSite } from './sites-page';

/** What the acts stand on. */
export interface SiteActDoors {
  pod: string;
  sites(): AdminSite[];
  register(body: unknown): PostAnswer;
  /** Says how many people a site serves. */
  sayPeople(site: string, value: number, sayer: Sayer): Answer | null;
  /** Unix s, for what is retired now. */
  nowS(): number;
}

/** What became of a form: words, and a file that waits for a yes. */
export interface SiteActDone {
  told: Notice | null;
  asked: { text: string; file: RegistrationFile } | null;
}

const done = (told: Notice): SiteActDone => ({ told, asked: null });

/** The file that was chosen, or the text that was pasted. */
function textOf(form: URLSearchParams): string {
  const file = form.get('file') ?? '';
  return file.trim() === '' ? (form.get('text') ?? '') : file;
}

function refusedBy({ status, body }: PostAnswer): Notice | null {
  if (status === 200) return null;
  const { error = '' } = body as { error?: string };
  return notice(status === 503 ? 'people.fault.disk-full' : 'admin.refused', true, error);
}

/** Registers all sites of a file. What was taken before one is refused stays: repeating it changes nothing. */
function takeFile({ pod, register }: SiteActDoors, file: RegistrationFile): Notice {
  if (file.pod !== pod) return notice('admin.otherPod', true);
  for (const { site, replaces } of file.sites) {
    const refused = refusedBy(register({ pod: file.pod, site, replaces }));
    if (refused !== null) return refused;
  }
  return notice('admin.registered');
}

function fileAct(doors: SiteActDoors, act: string, form: URLSearchParams): SiteActDone {
  const text = textOf(form);
  const file = readRegistrationText(text);
  if (file === 'unreadable') return done(notice('admin.unreadable', true));
  if (file === 'changed') return done(notice('admin.changedFile', true));
  return act === 'look' ? { told: null, asked: { text, file } } : done(takeFile(doors, file));
}

/** Registers a site again with something changed. */
function again(doors: SiteActDoors, site: RegisterSite, key: string): Notice {
  const json = siteJson(site);
  return refusedBy(doors.register({ pod: doors.pod, site: json, replaces: false })) ?? notice(key);
}

function retired(site: RegisterSite, publicKey: Uint8Array, nowS: number): RegisterSite {
  const nodes = site.nodes.map((node) =>
    node.retiredAtS === null && equal(node.publicKey, publicKey)
      ? { ...node, retiredAtS: Math.max(nowS, node.placedAtS, 1) }
      : node,
  );
  return { ...site, nodes };
}

function people(doors: SiteActDoors, site: string, form: URLSearchParams, sayer: Sayer): Notice {
  const text = form.get('value') ?? '';
  const answer = /^\d{1,6}$/.test(text) ? doors.sayPeople(site, Number(text), sayer) : null;
  if (answer?.status === 201) return notice('admin.saved');
  return notice(answer?.status === 503 ? 'people.fault.disk-full' : 'form.unclear', true);
}

/** Does what a form of /admin/sites asks. */
export function siteAct(doors: SiteActDoors, form: URLSearchParams, sayer: Sayer): SiteActDone {
  const act = form.get('act') ?? '';
  if (act === 'look' || act === 'take') return fileAct(doors, act, form);
  const one = doors.sites().find(({ site }) => site === form.get('site'));
  if (one === undefined) return done(notice('page.missing', true));
  if (act === 'people') return done(people(doors, one.site, form, sayer));
  if (one.registered === null) return done(notice('admin.inFile', true));
  if (act === 'name') {
    const name = (form.get('name') ?? '').trim();
    if (name === '') return done(notice('form.unclear', true));
    return done(again(doors, { ...one.registered, name }, 'admin.saved'));
  }
  const key = form.get('key') ?? '';
  if (act !== 'retire' || !/^[0-9a-f]{64}$/.test(key)) return done(notice('form.unclear', true));
  return done(again(doors, retired(one.registered, fromHex(key), doors.nowS()), 'admin.retired'));
}
