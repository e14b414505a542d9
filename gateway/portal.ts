/*
 * portal.ts: what a phone asks to learn whether a Wi-Fi leads to the internet. This one does not: the phone is led to the page first,
 * so that it offers the page, and is told "success" once it has seen it, so that it stays.
 * Way: Question -> one of these checks: Answer; else the next answer function. Described in docs/access-point.md.
 * Source: Android (network_stack, captive portal), Apple (hotspot-detect), Microsoft (NCSI), Firefox (captive portal detection);
 * RFC 8908 wants https, for which a village's Pi has no certificate.
 */
import type { Answer, Question, QuestionFunction } from './edges/http/answer';
import { PORTAL_ADDRESSES_MAX, PORTAL_SEEN_MS } from './limits/http';

const APPLE = '<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>';

/** What each check takes for the internet, by path; null: it is led to the page in any case. */
const CHECKS: Readonly<Record<string, Pick<Answer, 'status' | 'type' | 'body'> | null>> = {
  generate_204: { status: 204, type: 'text/plain', body: '' },
  gen_204: { status: 204, type: 'text/plain', body: '' },
  'hotspot-detect.html': { status: 200, type: 'text/html', body: APPLE },
  'library/test/success.html': { status: 200, type: 'text/html', body: APPLE },
  'ncsi.txt': { status: 200, type: 'text/plain', body: 'Microsoft NCSI' },
  'connecttest.txt': { status: 200, type: 'text/plain', body: 'Microsoft Connect Test' },
  'success.txt': { status: 200, type: 'text/plain', body: 'success\n' },
  'canonical.html': null,
  redirect: null,
};

/** Hosts that are asked for these checks; under their names there is nothing else. */
const CHECK_HOSTS =
  /^(connectivitycheck\..+|clients\d\.google\.com|captive\.apple\.com|www\.apple\.com|(www\.)?msftconnecttest\.com|(www\.)?msftncsi\.com|detectportal\.firefox\.com)(:\d+)?$/i;

function toPage({ at }: Question): Answer {
  const headers = { Location: `http://${at}/` };
  return { status: 302, type: 'text/html', body: '', headers };
}

/** Answers the checks of phones before anything else is asked. @param steadyMs clock that only rises */
export function withPortal(answer: QuestionFunction, steadyMs: () => number): QuestionFunction {
  const seen = new Map<string, number>();
  const hasSeen = (address: string) => {
    const atMs = seen.get(address);
    return atMs !== undefined && steadyMs() - atMs < PORTAL_SEEN_MS;
  };
  const note = (address: string) => {
    seen.delete(address);
    seen.set(address, steadyMs());
    if (seen.size > PORTAL_ADDRESSES_MAX) seen.delete(seen.keys().next().value as string);
  };
  return (question) => {
    const { method, segments, from, headers } = question;
    const path = segments.join('/');
    const isCheck = Object.hasOwn(CHECKS, path);
    if (method !== 'GET' || (!isCheck && !CHECK_HOSTS.test(headers.host ?? ''))) {
      if (method === 'GET' && path === '') note(from);
      return answer(question);
    }
    const success = isCheck ? CHECKS[path] : null;
    return Promise.resolve(success !== null && hasSeen(from) ? success : toPage(question));
  };
}
