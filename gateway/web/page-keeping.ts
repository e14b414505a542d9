/*
 * page-keeping.ts: pages as they were sent, kept zipped until what they tell may have changed: thirty phones ask for the same one.
 * Way: name of a page, version of the facts -> kept bytes and their tag, or made now. Bounded: the one unused longest gives way.
 * Source: RFC 9110 §8.8.1 (weak tags: the same content, zipped or not).
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { KEPT_PAGES_MAX } from '../limits/facts';

const TAG_CHARS = 20;

/** A page that was made. */
export interface KeptPage {
  /** HTML as gzip. */
  zipped: Uint8Array;
  tag: string;
}

/** Pages by name. */
export interface PageKeeping {
  /** @param version of everything the page tells @param make null: there is no such page */
  page(name: string, version: string, make: () => string | null): KeptPage | null;
}

/** Begins with nothing. */
export function createPageKeeping(): PageKeeping {
  const kept = new Map<string, KeptPage & { version: string }>();
  return {
    page(name, version, make) {
      const known = kept.get(name);
      kept.delete(name);
      if (known?.version === version) {
        kept.set(name, known);
        return known;
      }
      const html = make();
      if (html === null) return null;
      const hash = createHash('sha256').update(html).digest('base64url').slice(0, TAG_CHARS);
      const fresh = { zipped: gzipSync(html), tag: `W/"${hash}"`, version };
      kept.set(name, fresh);
      if (kept.size > KEPT_PAGES_MAX) kept.delete(kept.keys().next().value as string);
      return fresh;
    },
  };
}
