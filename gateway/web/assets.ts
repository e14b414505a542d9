/*
 * assets.ts: programs for browsers, made by `npm run build`: each under a name that changes with its bytes, kept for a year.
 * Way: dist/assets/<name>.js beside this program -> /assets/<name>-<hash>.js.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Answer } from '../edges/http/answer';
import { ASSET_KEPT_S } from '../limits/pages';

const HASH_CHARS = 16;

/** A program for browsers. */
export interface Asset {
  /** Address, from the root. */
  path: string;
  body: string;
}

/** A program under the name that its bytes give it. @param name may hold a folder: "reading/chart" */
export function assetOf(name: string, body: string): Asset {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, HASH_CHARS);
  return { path: `/assets/${name}-${hash}.js`, body };
}

/** Where the build puts them: beside the built program, or below dist of the sources. null = nothing was built. */
function assetFile(name: string): string | null {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    for (const below of ['assets', 'dist/assets']) {
      const file = join(folder, below, `${name}.js`);
      if (existsSync(file)) return file;
    }
    if (folder === dirname(folder) || existsSync(join(folder, 'package.json'))) return null;
  }
}

/** Reads one. @returns null: it was not built. */
export function readAsset(name: string): Asset | null {
  const file = assetFile(name);
  return file === null ? null : assetOf(name, readFileSync(file, 'utf8'));
}

/** The answer to a question for one. */
export function assetAnswer({ body }: Asset): Answer {
  const kept = { 'Cache-Control': `public, max-age=${ASSET_KEPT_S}, immutable` };
  return { status: 200, type: 'text/javascript', body, headers: kept };
}
