/*
 * check-script.ts: loads the checking program where the browser can run it, and says so in words where it cannot; and the policy
 * of the pages that have it. ES5: it must run where the program does not.
 */
import { createHash } from 'node:crypto';
import { POD_PAGE_HEADERS } from './frame';

/** Without BigInt there is no Ed25519 here (crypto.subtle is not there over plain http). */
export const CHECK_SCRIPT = `(function () {
  var box = document.getElementById('check');
  var told = document.getElementById('verdict');
  if (!box || !told) return;
  var words = JSON.parse(box.getAttribute('data-words'));
  function say(text, look) { told.textContent = text; told.className = look; }
  if (typeof BigInt === 'undefined' || !window.fetch || !window.Promise) { say(words.old, 'told bad'); return; }
  say(words.begin, 'told wait');
  var program = document.createElement('script');
  program.src = box.getAttribute('data-program');
  program.onerror = function () { say(words.missing, 'told bad'); };
  document.body.appendChild(program);
})();`;

/** Headers of a page with the checking program. */
export const CHECK_HEADERS: Readonly<Record<string, string>> = {
  ...POD_PAGE_HEADERS,
  'Content-Security-Policy': [
    "default-src 'none'",
    "style-src 'unsafe-inline'",
    `script-src 'self' 'sha256-${createHash('sha256').update(CHECK_SCRIPT).digest('base64')}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
};
