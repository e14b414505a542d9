/*
 * people-acts.ts: what the forms of /admin/people do.
 * Way: form -> people.ts, as POST /api/v1/accounts… -> what became of it; a secret that was made is shown this once.
 */
import type { People } from '../../people';
import { type Notice, notice } from './pieces';

/** Path of the API behind an act. */
function pathOf(act: string, name: string): string[] {
  if (act === 'add') return ['accounts'];
  if (act === 'token') return ['tokens'];
  if (act === 'untoken') return ['tokens', name, 'remove'];
  return ['accounts', name, act];
}

/** Does what a form of /admin/people asks. */
export async function peopleAct(people: People, form: URLSearchParams): Promise<Notice> {
  const value = (name: string) => form.get(name) ?? '';
  const days = value('days').trim();
  const body = {
    ...{ name: value('name'), scope: value('scope'), password: value('password') },
    ...(days === '' ? {} : { days: Number(days) }),
  };
  const done = await people.change(pathOf(value('act'), value('name')), body);
  if (done.fault !== null) return notice(`people.fault.${done.fault}`, true);
  return { ...notice('admin.saved'), secret: done.password ?? done.token ?? '' };
}
