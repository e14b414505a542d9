/*
 * reading-scripts.ts: the scripts that pages for reading load: small ones at once, the chart (uPlot, MIT) only when somebody taps.
 * Way: /assets/reading/<name>-<hash>.js -> Answer that a browser keeps for ever: another content has another name.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Answer } from '../edges/http/answer';
import { CHART_SCRIPT, SITE_SCRIPT } from './site-script';

const require = createRequire(import.meta.url);
const HASH_CHARS = 16;
const KEPT = 'public, max-age=31536000, immutable';

/** uPlot with its style and what draws our bars with it. */
function chartCode(): string {
  const code = readFileSync(require.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8');
  const style = readFileSync(require.resolve('uplot/dist/uPlot.min.css'), 'utf8');
  return `${code}\nwindow.tallywellChartStyle=${JSON.stringify(style)};${CHART_SCRIPT}`;
}

/** Scripts by name, each made when it is first asked for. */
const MAKERS = { site: () => SITE_SCRIPT, chart: chartCode } as const;
export type ScriptName = keyof typeof MAKERS;

const made = new Map<ScriptName, { file: string; code: string }>();

function scriptOf(name: ScriptName): { file: string; code: string } {
  const known = made.get(name);
  if (known !== undefined) return known;
  const code = MAKERS[name]();
  const hash = createHash('sha256').update(code).digest('hex').slice(0, HASH_CHARS);
  const script = { file: `${name}-${hash}.js`, code };
  made.set(name, script);
  return script;
}

/** Address of a script. */
export function scriptPath(name: ScriptName): string {
  return `/assets/reading/${scriptOf(name).file}`;
}

/** The script of this name; null = there is none, or not with this content. */
export function scriptAnswer(file: string): Answer | null {
  const name = (Object.keys(MAKERS) as ScriptName[]).find((one) => scriptOf(one).file === file);
  if (name === undefined) return null;
  const headers = { 'Cache-Control': KEPT };
  return { status: 200, type: 'text/javascript', body: scriptOf(name).code, headers };
}
