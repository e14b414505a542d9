/*
 * clock-page.ts: a page with which a technician sets the gateway's clock from a phone, over plain http. Works without JavaScript:
 * then day and time are typed. Its script is ES5 and the only one that may run: the policy names its hash.
 * Way: clock of the gateway -> HTML -> phone -> form, POST /clock (docs/clock.md).
 */
import { createHash } from 'node:crypto';
import { POD_PAGE_HEADERS } from '../frame';
import { escapeHtml } from '../html';
import type { PodWords } from '../pod-words';
import { field, loginFields, type Notice, noticeHtml } from './pieces';

/** What it says of the gateway's clock. */
export interface ClockPageHead {
  /** Unix time by the gateway's clock, s. */
  nowS: number;
  /** trusted, held or unknown. */
  state: string;
  /** Must a name and a password be given, too? */
  needsLogin: boolean;
  told: Notice | null;
}

/** Shows the phone's time, and sends it as it is when the button is pressed. */
export const CLOCK_SCRIPT = `(function () {
  var now = document.getElementById('now');
  var form = document.getElementById('set');
  var typed = document.getElementById('typed');
  function show() { now.textContent = new Date().toString(); }
  show();
  setInterval(show, 500);
  document.getElementById('phone').style.display = 'block';
  typed.parentNode.removeChild(typed);
  form.onsubmit = function () { form.elements.timeMs.value = String(new Date().getTime()); };
})();`;

/** Headers of this page: its own script and its own server, nothing else. */
export const CLOCK_HEADERS: Readonly<Record<string, string>> = {
  ...POD_PAGE_HEADERS,
  'Content-Security-Policy': [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `script-src 'sha256-${createHash('sha256').update(CLOCK_SCRIPT).digest('base64')}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
};

/** The content. */
export function clockContent(words: PodWords, head: ClockPageHead): string {
  const { t } = words;
  const say = (key: string) => escapeHtml(t(key));
  const { nowS, state, needsLogin, told } = head;
  const gatewayTime =
    state === 'unknown'
      ? say('clock.unknown')
      : `${say('clock.gateway')} <b>${escapeHtml(words.moment(nowS))}</b> <span class="soft">${say(`clock.${state}`)}</span>`;
  return `<h1>${say('clock.title')}</h1>${noticeHtml(words, told)}
<p>${gatewayTime}</p>
<div id="phone" style="display:none"><p>${say('clock.phone')} <b id="now" dir="ltr">…</b></p><p>${say('clock.right')}</p></div>
<form id="set" method="post" action="/clock"><input type="hidden" name="timeMs" value="">
<div id="typed"><p>${say('clock.typed')}</p>${field(words, 'clock.day', 'day', 'date')}${field(words, 'clock.time', 'time', 'time')}</div>
${needsLogin ? loginFields(words) : ''}
<button class="yes" type="submit">${say('clock.set')}</button></form>
<script>${CLOCK_SCRIPT}</script>`;
}
