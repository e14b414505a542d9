/*
 * form-error.ts: tells somebody at a page, in his language, that his form was not taken, and where to go on.
 * Way: refusal of a form (JSON, for programs) -> a page with the same status and headers.
 */
import type { Answer, Question } from '../edges/http/answer';
import { POD_PAGE_HEADERS, podDocument } from './frame';
import { escapeHtml } from './html';
import type { PodWords } from './pod-words';
import type { Reader } from './reader';

/** Makes a page of a refusal. */
export type FormErrorFunction = (question: Question, refusal: Answer) => Answer;

/** Key of the words for a status. */
function keyOf(status: number): string {
  if (status === 401) return 'form.login';
  if (status === 403) return 'form.elsewhere';
  if (status === 413) return 'form.long';
  return status === 429 ? 'form.often' : 'form.unclear';
}

function content({ t }: PodWords, status: number, back: string): string {
  const login = status === 401 ? `<p><a href="/admin">${escapeHtml(t('admin.logIn'))}</a></p>` : '';
  return `<h1>${escapeHtml(t('form.title'))}</h1>
<p class="told bad" role="alert">${escapeHtml(t(keyOf(status)))}</p>${login}
<p><a href="${escapeHtml(back)}">${escapeHtml(t('form.back'))}</a></p>`;
}

/** Makes the function. */
export function createFormError(
  pod: string,
  reader: (question: Question) => Reader,
): FormErrorFunction {
  return (question, refusal) => {
    const { words } = reader(question);
    const [first, second = ''] = question.segments;
    const back = first === 'site' ? `/site/${encodeURIComponent(second)}` : `/${first}`;
    const page = { words, pod, title: words.t('form.title'), path: back, isLive: false };
    const body = podDocument({ ...page, content: content(words, refusal.status, back) });
    const headers = { ...POD_PAGE_HEADERS, ...refusal.headers };
    return { status: refusal.status, type: 'text/html', body, headers };
  };
}
