/*
 * client-script.ts: what runs in the browser: shows what the hub tells, sends what the person presses. No library.
 * Way: /events (server-sent events) -> elements; forms -> POST /act, /answer, /stop, /add. Text goes in as text, never as HTML.
 */
import { PAGE_VALUE_CHARACTERS_MAX } from '../limits';

/** The script of pages that are printed. */
export const PRINT_SCRIPT = `document.getElementById('print').onclick = () => print();`;

/** The script. */
export const CLIENT_SCRIPT = `
'use strict';
const words = JSON.parse(document.getElementById('words').textContent);
const w = (key, values) => Object.entries(values || {}).reduce((text, [name, value]) => text.replaceAll('{{' + name + '}}', value), words[key] || key);
const byId = (id) => document.getElementById(id);
const all = (selector, root) => [...(root || document).querySelectorAll(selector)];
let state = { ports: [], jobs: [] };
let chosen = '';
let kind = 'board';

function el(tag, props, ...children) {
  const element = Object.assign(document.createElement(tag), props);
  element.append(...children);
  return element;
}
async function post(path, body) {
  const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', 'x-tallywell-bench': '1' }, body: JSON.stringify(body) });
  return answer.ok ? '' : answer.status === 409 ? 'busy' : 'not-taken';
}
// A self-test that found faults was done all the same.
const verdict = ({ act, state, rows }) => w(act === 'selftest' && state === 'failed' && rows.length > 0 ? 'faults' : state);
const jobOf = (port) => state.jobs.find((job) => job.port === port);
const boards = () => state.ports.filter(({ guess }) => guess === 'espruino' || guess === 'address' || guess === 'adapter');

function choose(port, guess) {
  if (port !== chosen && guess === 'meshtastic') kind = 'radio';
  if (port !== chosen && guess === 'espruino') kind = 'board';
  chosen = port;
  show();
}
function portButton({ port, guess, name }) {
  const job = jobOf(port);
  const mark = job ? w('act.' + job.act) + ': ' + verdict(job) : '';
  const button = el('button', { type: 'button', className: 'port' },
    el('b', { textContent: name || w('guess.' + guess) }),
    el('span', { textContent: port }),
    el('div', { className: 'mark', textContent: mark }));
  button.dataset.port = port;
  button.dataset.state = job ? job.state : '';
  button.setAttribute('aria-pressed', String(port === chosen));
  button.onclick = () => choose(port, guess);
  return button;
}
function showPorts() {
  const place = byId('ports');
  const focused = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.port : undefined;
  place.replaceChildren(...(state.ports.length > 0 ? state.ports.map(portButton) : [el('p', { textContent: w('ports-none') })]));
  const again = focused && all('.port', place).find((button) => button.dataset.port === focused);
  if (again) again.focus();
}
function rowsTable(rows) {
  return el('table', {}, ...rows.map((row) => el('tr', {}, ...row.map((cell) => el('td', { textContent: cell })))));
}
// Commands stand between backticks in the words.
const rich = (text) => text.split(String.fromCharCode(96)).map((part, at) => (at % 2 ? el('code', { textContent: part }) : part));
function labelParts(site) {
  const query = '?site=' + encodeURIComponent(site);
  return [el('img', { className: 'label', src: '/label.svg' + query, alt: site }),
    el('p', {}, el('a', { className: 'button', href: '/labels' + query, textContent: w('label-print') }))];
}
function question(job) {
  const input = el('input', { name: 'text', type: 'hidden', value: 'done' });
  const form = el('form', {}, el('p', { textContent: job.question }), input, el('button', { className: 'big', textContent: w('answer') }));
  form.onsubmit = (event) => { event.preventDefault(); post('/answer', { id: job.id, text: input.value }); };
  return form;
}
function fillLive(live, job) {
  live.dataset.state = job.state;
  const parts = [el('div', { className: 'verdict', role: 'status', textContent: verdict(job) })];
  if (job.state === 'running') {
    const bar = el('progress', { max: 1 });
    if (job.share > 0) bar.value = job.share;
    bar.setAttribute('aria-label', job.step);
    const stop = el('button', { type: 'button', textContent: w('stop') });
    stop.onclick = () => post('/stop', { id: job.id });
    parts.push(el('p', { textContent: job.step }), bar);
    if (job.question) parts.push(question(job));
    parts.push(stop);
  }
  for (const note of job.notes) parts.push(el('p', {}, ...rich(note)));
  if (job.rows.length > 0) parts.push(rowsTable(job.rows));
  if (job.label) parts.push(...labelParts(job.label));
  if (job.said) parts.push(el('p', {}, ...rich(job.said)));
  if (job.next) parts.push(el('p', {}, el('b', { textContent: w('what-next') + ': ' }), ...rich(job.next)));
  live.replaceChildren(...parts);
}
function showLive(section, job) {
  const live = section.querySelector('[data-live]');
  const isHere = job && job.act === section.dataset.act;
  live.hidden = !isHere;
  // Drawn anew only when something of it changed: what is under the person's hands stays.
  const told = isHere ? JSON.stringify(job) : '';
  if (isHere && told !== live.told) fillLive(live, job);
  live.told = told;
}
function show() {
  showPorts();
  const port = state.ports.find((one) => one.port === chosen);
  byId('steps').hidden = !port;
  if (!port) return;
  byId('steps-head').textContent = w('steps', { port: port.name || port.port });
  const job = jobOf(chosen);
  const isBusy = Boolean(job && job.state === 'running');
  for (const button of all('[data-kind]')) button.setAttribute('aria-pressed', String(button.dataset.kind === kind));
  for (const section of all('.step')) {
    section.hidden = section.dataset.device !== kind;
    if (!section.dataset.act) continue;
    for (const button of all('button[type=submit]', section)) button.disabled = isBusy;
    showLive(section, job);
    const tray = section.querySelector('[data-all]');
    if (tray) { tray.hidden = boards().length < 2; tray.textContent = w('all', { count: boards().length }); }
  }
}
async function order(section, port) {
  const form = section.querySelector('form');
  const values = Object.fromEntries(new FormData(form));
  // A file goes as the text that is in it; none chosen, as nothing.
  const isLong = Object.values(values).some((value) => typeof value !== 'string' && value.size > ${PAGE_VALUE_CHARACTERS_MAX});
  if (isLong) return 'file-long';
  for (const [name, value] of Object.entries(values)) if (typeof value !== 'string') values[name] = await value.text();
  const isDryRun = values.dryRun === 'on';
  delete values.dryRun;
  return post('/act', { act: section.dataset.act, port, values, isDryRun });
}
for (const section of all('.step[data-act]')) {
  const form = section.querySelector('form');
  form.onsubmit = async (event) => {
    event.preventDefault();
    const refusal = await order(section, chosen);
    if (refusal) alert(w(refusal));
  };
  const tray = section.querySelector('[data-all]');
  if (tray) tray.onclick = () => { if (form.reportValidity()) for (const { port } of boards()) order(section, port); };
}
for (const button of all('[data-kind]')) button.onclick = () => { kind = button.dataset.kind; show(); };
byId('wiring').onchange = (event) => { for (const one of all('[data-wiring]')) one.hidden = one.dataset.wiring !== event.target.value; };
byId('add').onsubmit = async (event) => {
  event.preventDefault();
  const port = byId('address').value.trim();
  await post('/add', { port });
  byId('address').value = '';
  chosen = port;
  show();
};
const events = new EventSource('/events');
events.onopen = () => { byId('away').hidden = true; };
events.onerror = () => { byId('away').hidden = false; };
events.onmessage = (event) => { state = JSON.parse(event.data); show(); };
`;
