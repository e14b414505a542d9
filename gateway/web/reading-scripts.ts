/*
 * reading-scripts.ts: the scripts that pages for reading load: small ones at once, the chart (uPlot, MIT) only when somebody taps.
 * Way: /assets/reading/<name>-<hash>.js -> Answer that a browser keeps for ever: another content has another name.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Answer } from '../edges/http/answer';
import { type Asset, assetAnswer, assetOf } from './assets';
import { CHART_SCRIPT, SITE_SCRIPT } from './site-script';

const require = createRequire(import.meta.url);

/** uPlot with its style and what draws our bars with it. */
function chartCode(): string {
  const code = readFileSync(require.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8');
  const style = readFileSync(require.resolve('uplot/dist/uPlot.min.css'), 'utf8');
  return `${code}\nwindow.tallywellChartStyle=${JSON.stringify(style)};${CHART_SCRIPT}`;
}

/** Scripts by name, each made when it is first asked for. */
const MAKERS = { site: () => SITE_SCRIPT, chart: chartCode } as const;
export type ScriptName = keyof typeof MAKERS;

const made = new Map<ScriptName, Asset>();

function scriptOf(name: ScriptName): Asset {
  const known = made.get(name);
  if (known !== undefined) return known;
  const script = assetOf(`reading/${name}`, MAKERS[name]());
  made.set(name, script);
  return script;
}

/** Address of a script. */
export function scriptPath(name: ScriptName): string {
  return scriptOf(name).path;
}

/** The script of this file name; null = there is none, or not with this content. */
export function scriptAnswer(file: string): Answer | null {
  const path = `/assets/reading/${file}`;
  const name = (Object.keys(MAKERS) as ScriptName[]).find((one) => scriptPath(one) === path);
  return name === undefined ? null : assetAnswer(scriptOf(name));
}
