/*
 * label-content.ts: what stands on a node's label, and the text in its QR code. No secret: all of it may be seen by anybody.
 * Way: site, pod -> facts and text; text of a scanned code -> facts. The form is in docs/labels.md. Pure.
 */
import { keyWordsOf } from '../../gateway/web/key-words';
import { fromHex, toHex } from '../../shared/bytes';
import type { Pod } from './bench';
import { keyIdHex } from './node-config';
import { type BenchSite, nodeInUse } from './sites';
import { Trouble } from './trouble';

/** What stands on a label. */
export interface LabelFacts {
  /** Word of the site. */
  site: string;
  /** Name for people, in any script. */
  name: string;
  kind: BenchSite['kind'];
  /** 64 hex digits. */
  publicKey: string;
  /** 8 hex digits. */
  keyId: string;
  keyWords: string[];
  region: string;
  preset: string;
}

/** What the QR code says. */
export interface LabelCode {
  site: string;
  /** 64 hex digits. */
  publicKey: string;
  region: string;
  preset: string;
}

const KEY_BASE64URL = /^[A-Za-z0-9_-]{43}$/;

/** Text of the QR code: TW1:site:key in base64url:region:preset. */
export function labelText({ site, publicKey, region, preset }: LabelCode): string {
  const key = Buffer.from(fromHex(publicKey)).toString('base64url');
  return ['TW1', site, key, region, preset].join(':');
}

/** Reads the text of a scanned code; null = it is none of ours, or damaged. */
export function readLabelText(text: string): LabelCode | null {
  const [mark, site, key, region, preset, ...rest] = text.split(':');
  if (mark !== 'TW1' || preset === undefined || rest.length > 0) return null;
  const isWord = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(site);
  if (!isWord || !KEY_BASE64URL.test(key)) return null;
  if (![region, preset].every((word) => /^[A-Z0-9_]{1,32}$/.test(word))) return null;
  const bytes = Buffer.from(key, 'base64url');
  if (bytes.length !== 32 || bytes.toString('base64url') !== key) return null;
  return { site, publicKey: toHex(bytes), region, preset };
}

/** Facts of the label of a site's node. Throws: Trouble not-provisioned, when the site has none in use. */
export function labelFacts(site: BenchSite, { region, preset }: Pod): LabelFacts {
  const node = nodeInUse(site);
  if (node === null) throw new Trouble('not-provisioned');
  const { publicKey } = node;
  return {
    ...{ site: site.site, name: site.name, kind: site.kind, publicKey, region, preset },
    ...{ keyId: keyIdHex(publicKey), keyWords: keyWordsOf(publicKey) },
  };
}
