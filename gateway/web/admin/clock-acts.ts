/*
 * clock-acts.ts: what the form of /clock does: the phone's time, or a day and a time that were typed, become the gateway's.
 * Way: form -> POST /api/v1/clock's own function -> what became of it. Source of the fields' forms: HTML, valid date and time strings.
 */
import type { PostAnswer } from '../../edges/http/answer';
import { type Notice, notice } from './pieces';

/** A time that was typed is as sure as its minute, s. */
const TYPED_UNCERTAINTY_S = 60;

/** The body of POST /api/v1/clock; null: nothing that can be understood was sent. */
export function clockBody(form: URLSearchParams): object | null {
  const sent = form.get('timeMs') ?? '';
  if (/^\d{1,15}$/.test(sent)) return { timeMs: Number(sent) };
  const day = (form.get('day') ?? '').trim();
  const time = (form.get('time') ?? '').trim();
  const isForm = /^\d{4}-\d\d-\d\d$/.test(day) && /^\d\d:\d\d$/.test(time);
  const timeMs = isForm ? Date.parse(`${day}T${time}:00Z`) : Number.NaN;
  return Number.isNaN(timeMs) ? null : { timeMs, uncertaintyS: TYPED_UNCERTAINTY_S };
}

/** Sets the clock as the form says. */
export function clockAct(set: (body: unknown) => PostAnswer, form: URLSearchParams): Notice {
  const body = clockBody(form);
  if (body === null) return notice('clock.unclear', true);
  const { status, body: answer } = set(body);
  if (status === 200) return notice('clock.done');
  return notice('clock.refused', true, (answer as { error?: string }).error ?? '');
}
