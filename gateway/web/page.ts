/*
 * page.ts: the first plain page: one table of all sites. No script, no external request, no image.
 * Way: messages of the sites and the status -> HTML text -> HTTP edge.
 * Every value from outside goes through escapeHtml.
 */

/** A site as core/messages.ts siteMessage tells it. */
export interface PageSite {
  site: string;
  name: string;
  kind: string;
  state: string;
  meaning: string;
  flags: string[];
  lastHeard: number | null;
  total: Record<string, number>;
  today: Record<string, number>;
}

/** What the page says besides the table. */
export interface PageHead {
  pod: string;
  /** Unix time by the gateway's clock, s. */
  nowS: number;
  clock: string;
  radio: string;
  records: { stored: number; duplicate: number; rejected: number };
  /** What keeps the gateway from being healthy, in words. */
  problems: string[];
  /** What a person should do some day, in words. */
  warnings: string[];
}

const ESCAPES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text made safe inside elements and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => ESCAPES[letter]);
}

const STYLE = `body{font:16px/1.4 sans-serif;margin:1rem;color:#111;background:#fff}
table{border-collapse:collapse;width:100%}th,td{padding:.3rem .6rem;text-align:start;border-bottom:1px solid #ccc}
td.n{text-align:end;font-variant-numeric:tabular-nums}.no-news,.never-heard{color:#555}.says-broken{color:#a00;font-weight:bold}
section{border-inline-start:.3rem solid #a60;padding:.2rem .8rem;margin:.8rem 0}section.problems{border-color:#a00}
h2{font-size:1rem;margin:.2rem 0}
@media print{a{color:inherit}}`;

/** Litres from 0.1 L, with one decimal. */
function litres(volumeDl: number): string {
  return `${Math.floor(volumeDl / 10).toLocaleString('en')}.${volumeDl % 10} L`;
}

function amount(kind: string, counters: Record<string, number>): string {
  if (Object.keys(counters).length === 0) return '–';
  if (kind === 'water-point') return litres(counters.volumeDl ?? 0);
  const meals = (counters.adultMeals ?? 0) + (counters.childMeals ?? 0);
  return `${meals.toLocaleString('en')} meals`;
}

function dateText(unixS: number | null): string {
  if (unixS === null) return 'never';
  return `${new Date(unixS * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function row(site: PageSite): string {
  const flags = site.flags.length > 0 ? ` (${site.flags.join(', ')})` : '';
  return `<tr><td>${site.kind === 'canteen' ? 'canteen' : 'water point'}</td>
<td><a href="/api/v1/sites/${escapeHtml(site.site)}">${escapeHtml(site.name)}</a></td>
<td class="n">${amount(site.kind, site.today)}</td><td class="n">${amount(site.kind, site.total)}</td>
<td>${dateText(site.lastHeard)}</td>
<td class="${escapeHtml(site.state)}" title="${escapeHtml(site.meaning)}">${escapeHtml(site.state.replace(/-/g, ' ') + flags)}</td></tr>`;
}

/** What is wrong with the gateway, and what should be done. */
function notices({ problems, warnings }: PageHead): string {
  const list = (texts: string[], kind: string, title: string) =>
    texts.length === 0
      ? ''
      : `<section class="${kind}"><h2>${title}</h2><ul>${texts.map((text) => `<li>${escapeHtml(text)}</li>`).join('')}</ul></section>\n`;
  return (
    list(problems, 'problems', 'Something is wrong with the gateway') +
    list(warnings, 'warnings', 'Something should be done')
  );
}

/** The whole page as HTML. */
export function sitesPage(head: PageHead, sites: PageSite[]): string {
  const { stored, duplicate, rejected } = head.records;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(head.pod)} – Tallywell</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${STYLE}</style></head><body>
<h1>${escapeHtml(head.pod)}</h1>
<p>${dateText(head.nowS)}, clock ${escapeHtml(head.clock)}; radio ${escapeHtml(head.radio)}; ${stored} records stored, ${duplicate} heard again, ${rejected} refused.</p>
${notices(head)}<table><thead><tr><th>Kind</th><th>Site</th><th>Today (UTC)</th><th>Total</th><th>Last heard</th><th>State</th></tr></thead>
<tbody>
${sites.map(row).join('\n')}
</tbody></table>
<p>Silence is not "broken": it may be the node, the path or this gateway. <a href="/api/v1/status">Status</a>, <a href="/api/v1/sites">sites as JSON</a>.</p>
</body></html>
`;
}
