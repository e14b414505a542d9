/*
 * Labels: QR codes read by an independent decoder (jsQR), from a rendered PDF (poppler) where that is installed; key words
 * held against BIP-39's own library; text in both directions.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { entropyToMnemonic } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Bench } from '../../../scripts/technician/bench';
import { keyWordsOf } from '../../../scripts/technician/key-words';
import { makeLabels } from '../../../scripts/technician/label';
import { labelText, readLabelText } from '../../../scripts/technician/label-content';
import { isSettable, textRuns } from '../../../scripts/technician/label-text';
import { changeSites } from '../../../scripts/technician/sites';
import { doorsOf, freshFolder, POD, readyBench } from './support/bench-kit';
import { formsOf, pdfStreams, pdfTexts } from './support/pdf-text';
import { decode, readPpm } from './support/read-qr';

const NAMES = [
  'Puits de l’école',
  'بئر المدرسة (3)',
  'Kuyu Çeşme',
  'Колодец',
  'A very long name of a well behind the school and the market',
];
const keyOf = (number: number) => createHash('sha256').update(`key ${number}`).digest('hex');

function benchWith(count: number): Bench {
  const bench = readyBench();
  changeSites(bench.folder, (all) => {
    for (let at = 0; at < count; at++) {
      const node = {
        ...{ publicKey: keyOf(at), slot: at, calibration: null, placedAt: 5, retiredAt: null },
        ...{ device: 'd', profile: 'water-point-xiao', wiring: {}, radioPowerPin: null },
      };
      const kind = at % 3 === 2 ? ('canteen' as const) : ('water-point' as const);
      const place = { latitude: null, longitude: null, nodes: [node] };
      const site = `well-${String(at).padStart(2, '0')}`;
      all.sites.push({ site, name: NAMES[at % NAMES.length], kind, ...place });
    }
  });
  return bench;
}

/** One label cut out of an image. */
function cut(
  image: ReturnType<typeof readPpm>,
  x: number,
  y: number,
  width: number,
  height: number,
) {
  const rgba = new Uint8ClampedArray(width * height * 4);
  for (let row = 0; row < height; row++) {
    const from = 4 * ((y + row) * image.width + x);
    rgba.set(image.rgba.subarray(from, from + 4 * width), 4 * row * width);
  }
  return { rgba, width, height };
}

/** Draws the QR path of an SVG: rectangles of whole modules. */
function qrOfSvg(svg: string) {
  const path = / d="([^"]*)"/.exec(svg)?.[1] ?? '';
  const scale = 6;
  const rects = [...path.matchAll(/M(\d+) (\d+)H(\d+)V(\d+)H\1Z/g)].map((part) =>
    part.slice(1).map(Number),
  );
  const modules = Math.max(...rects.map(([, , right]) => right)) + 8;
  const side = modules * scale;
  const rgba = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [left, top, right, bottom] of rects) {
    for (let y = (top + 4) * scale; y < (bottom + 4) * scale; y++)
      for (let x = (left + 4) * scale; x < (right + 4) * scale; x++)
        rgba.fill(0, 4 * (y * side + x), 4 * (y * side + x) + 3);
  }
  return { rgba, width: side, height: side };
}

const textOf = (at: number) =>
  labelText({ ...POD, site: `well-${String(at).padStart(2, '0')}`, publicKey: keyOf(at) });
const hasPoppler = spawnSync('pdftoppm', ['-v']).status === 0;

describe('labels', () => {
  it('as SVG have the code of the node, and no secret', async () => {
    const bench = benchWith(5);
    const out = join(freshFolder(), 'label.svg');
    const { files } = await makeLabels(doorsOf(bench), { out });
    expect(files).toHaveLength(5);
    for (const [at, file] of files.entries()) {
      const svg = readFileSync(file, 'utf8');
      expect(decode(qrOfSvg(svg))).toBe(textOf(at));
      expect(svg).toContain(keyWordsOf(keyOf(at)).slice(0, 2).join(' '));
      expect(svg).not.toContain(Buffer.from(bench.channelKey()).toString('hex'));
      expect(svg).not.toContain(Buffer.from(bench.channelKey()).toString('base64'));
    }
    expect(readFileSync(files[1], 'utf8')).toContain('direction="rtl"');
  });

  it.runIf(hasPoppler)('on a sheet each decode from the rendered PDF', async () => {
    const bench = benchWith(26);
    const folder = freshFolder();
    const out = join(folder, 'sheet.pdf');
    await makeLabels(doorsOf(bench), { out, sheet: '24' });
    const dpi = 254;
    execFileSync('pdftoppm', ['-r', String(dpi), out, join(folder, 'page')]);
    const pages = readdirSync(folder)
      .filter((name) => name.endsWith('.ppm'))
      .sort();
    expect(pages).toHaveLength(2);
    const images = pages.map((name) => readPpm(join(folder, name)));
    for (let at = 0; at < 26; at++) {
      const [column, row] = [(at % 24) % 3, Math.floor((at % 24) / 3)];
      const image = cut(
        images[Math.floor(at / 24)],
        column * 700,
        Math.round(5 + row * 370),
        700,
        370,
      );
      expect(decode(image)).toBe(textOf(at));
    }
    const fonts = execFileSync('pdffonts', [out]).toString().trim().split('\n').slice(2);
    expect(fonts.length).toBeGreaterThan(2);
    for (const font of fonts) expect(font).toMatch(/ yes (yes|no)/);
  });

  it('refuse what cannot be made', async () => {
    const bench = benchWith(1);
    const wrong = [
      { out: 'a.png' },
      { out: 'a.pdf', sheet: '7' },
      { out: 'a.svg', size: { widthMm: 5, heightMm: 5 } },
      { out: '/no/such/a.pdf' },
    ];
    for (const options of wrong)
      await expect(makeLabels(doorsOf(bench), options)).rejects.toMatchObject({ code: 'bad-file' });
    await expect(makeLabels(doorsOf(bench), { out: 'a.pdf', sites: ['no'] })).rejects.toMatchObject(
      { code: 'no-site' },
    );
  });
});

it('labels as PDF hold no secret, in no stream and no shown text', async () => {
  const bench = benchWith(3);
  const out = join(freshFolder(), 'sheet.pdf');
  await makeLabels(doorsOf(bench), { out, sheet: '24' });
  const pdf = readFileSync(out);
  const text = pdfTexts(pdf);
  // The reader does read: what must stand there is found.
  expect(text).toContain('well-01');
  for (const word of keyWordsOf(keyOf(1))) expect(text).toContain(word);
  const pem = readFileSync(join(bench.folder, 'bench.key'), 'utf8').split('\n')[1];
  const secrets = [Buffer.from(bench.channelKey()), Buffer.from(pem, 'base64').subarray(-32)];
  const streams = pdfStreams(pdf);
  expect(streams.length).toBeGreaterThan(5);
  for (const secret of secrets) {
    expect(secret).toHaveLength(32);
    for (const content of [pdf, ...streams, Buffer.from(text)])
      for (const form of formsOf(secret)) expect(content.includes(form)).toBe(false);
  }
});

describe('what stands on them', () => {
  it('the text of the code reads back, whatever the key; anything else is refused', () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
    const site = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/);
    fc.assert(
      fc.property(key, site, (bytes, word) => {
        const publicKey = Buffer.from(bytes).toString('hex');
        const code = { site: word, publicKey, region: 'EU_868', preset: 'LONG_FAST' };
        expect(readLabelText(labelText(code))).toEqual(code);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readLabelText(text)).toBeNull();
      }),
    );
    expect(readLabelText(`${textOf(1)}:x`)).toBeNull();
    const [example] = /TW1:\S+/.exec(readFileSync('docs/labels.md', 'utf8')) ?? [''];
    expect(readLabelText(example)?.publicKey).toBe('ab'.repeat(32));
  });

  it('key words are those BIP-39 has for the same bits', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const publicKey = Buffer.from(bytes).toString('hex');
        const hash = createHash('sha256').update(bytes).digest();
        const words = entropyToMnemonic(new Uint8Array(hash), wordlist).split(' ');
        expect(keyWordsOf(publicKey)).toEqual(words.slice(0, 4));
      }),
    );
  });

  it('text stands in the order in which it is read', () => {
    const seen = (line: string) => textRuns(line).map(({ text }) => text);
    expect(seen('Well 3')).toEqual(['Well', ' ', '3']);
    expect(seen('بئر المدرسة (3)')).toEqual(['(', '3', ')', ' ', 'المدرسة', ' ', 'بئر']);
    expect(seen('Puits بئر 12')).toEqual(['Puits', ' ', '12', ' ', 'بئر']);
    expect(isSettable('井戸')).toBe(false);
    expect(isSettable('Été Öğretmen Школа بئر')).toBe(true);
  });
});
