/*
 * clock-page.ts: a page with which a technician sets the gateway's clock from a phone, over plain http.
 * Way: clock of the gateway -> HTML -> phone; its script asks POST /api/v1/login and POST /api/v1/clock (docs/clock.md).
 * The script is ES5 for old phones. The only script that may run is this one: the policy names its hash.
 */
import { createHash } from 'node:crypto';
import { escapeHtml } from './html';

/** What it says of the gateway's clock. */
export interface ClockPageHead {
  pod: string;
  /** Unix time by the gateway's clock, s. */
  nowS: number;
  /** trusted, held or unknown. */
  state: string;
}

const STYLE = `body{font:18px/1.5 sans-serif;margin:1rem;max-width:30rem;color:#111;background:#fff}
input,button{font:inherit;width:100%;padding:.6rem;margin:.3rem 0;box-sizing:border-box}
b{font-size:1.3em;display:block}#told{min-height:3em;font-weight:bold}`;

const SCRIPT = `(function () {
  var now = document.getElementById('now');
  var told = document.getElementById('told');
  function show() { now.textContent = new Date().toString(); }
  function post(path, body, then) {
    var ask = new XMLHttpRequest();
    ask.open('POST', path);
    ask.setRequestHeader('Content-Type', 'application/json');
    ask.onload = function () {
      var answer = {};
      try { answer = JSON.parse(ask.responseText); } catch (error) { answer = {}; }
      then(ask.status, answer);
    };
    ask.onerror = function () { told.textContent = 'The gateway does not answer. Are you on its Wi-Fi?'; };
    ask.send(JSON.stringify(body()));
  }
  show();
  setInterval(show, 500);
  document.getElementById('set').onsubmit = function () {
    var form = this;
    told.textContent = '…';
    post('/api/v1/login', function () {
      return { name: form.elements.name.value, password: form.elements.password.value };
    }, function (status, answer) {
      if (status !== 200) { told.textContent = answer.error || 'Not logged in.'; return; }
      post('/api/v1/clock', function () { return { timeMs: new Date().getTime() }; }, function (code, set) {
        told.textContent = code === 200 ? 'Done: the clock is ' + set.clock.state + '.' : set.error || 'Refused.';
        post('/api/v1/logout', function () { return {}; }, function () {});
      });
    });
    return false;
  };
})();`;

/** Content-Security-Policy of this page: its own script and its own server, nothing else. */
export const CLOCK_PAGE_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  `script-src 'sha256-${createHash('sha256').update(SCRIPT).digest('base64')}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The whole page as HTML. */
export function clockPage({ pod, nowS, state }: ClockPageHead): string {
  const gatewayTime =
    state === 'unknown'
      ? 'The gateway does not know the time.'
      : `The gateway has <b>${new Date(nowS * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC</b> (${escapeHtml(state)}).`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(pod)} – clock</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${STYLE}</style></head><body>
<h1>Clock of ${escapeHtml(pod)}</h1>
<p>${gatewayTime}</p>
<p>This phone has <b id="now">…</b> Is that right, the day too? Then:</p>
<form id="set"><label>Name <input name="name" autocomplete="username" autocapitalize="none" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button type="submit">Set the gateway’s clock from this phone</button></form>
<p id="told" role="status"></p>
<noscript><p>Without JavaScript: <code>tallywell clock set</code> at the gateway.</p></noscript>
<p><a href="/">Back</a></p>
<script>${SCRIPT}</script>
</body></html>
`;
}
