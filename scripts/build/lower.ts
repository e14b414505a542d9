/*
 * What: turns TypeScript for the node into one flat ES5 program that Espruino can run.
 * From where to where: firmware entries (.ts) -> text for the chip's Storage (.bootcde).
 * Source: espruino.com/Features; TypeScript 5.9 transpileModule (ES5 target), esbuild.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { minify as terser } from 'terser';
import ts from 'typescript';
import { writeArrows } from './arrows';
import { describeFindings, type FencedFile, fence, fenceBundle } from './fence';
import { ownNames } from './own-names';

/** What to bundle: a file, or the text of an entry with the folder its imports start from. */
export interface BundleSource {
  entry?: string;
  stdin?: { contents: string; resolveDir: string };
  minify: boolean;
  plugins?: Plugin[];
  /** Shorten our own property names: for the chip, not for what a host must read by name. */
  shortenProperties?: boolean;
}

/** The finished program: ASCII text, its size in bytes, and the source files in it. */
export interface Bundle {
  code: string;
  bytes: number;
  inputs: string[];
}

/** Types of Espruino's own functions, from the package's root. */
const ESPRUINO_TYPES = 'firmware/espruino.d.ts';

/** Names a minified top-level variable must never take: on the chip it would replace the real one. */
export const ESPRUINO_GLOBALS = [
  'E',
  'NRF',
  'Serial',
  'Serial1',
  'Serial2',
  'Serial3',
  'SPI1',
  'SPI2',
  'I2C1',
  'I2C2',
  'Pin',
  'AES',
  'process',
  'require',
  'print',
  'console',
  'getTime',
  'setTime',
  'getSerial',
  'peek8',
  'peek16',
  'peek32',
  'poke8',
  'poke16',
  'poke32',
  'setWatch',
  'clearWatch',
  'setTimeout',
  'setInterval',
  'clearTimeout',
  'clearInterval',
  'changeInterval',
  'pinMode',
  'getPinMode',
  'digitalRead',
  'digitalWrite',
  'digitalPulse',
  'analogRead',
  'analogWrite',
  'reset',
  'load',
  'save',
  'dump',
  'trace',
  'edit',
  'echo',
  'shiftOut',
  'LED',
  'LED1',
  'LED2',
  'LED3',
  'BTN',
  'BTN1',
  'HIGH',
  'LOW',
  'LoopbackA',
  'LoopbackB',
  'Bluetooth',
  'Terminal',
  'Telnet',
  'USB',
  'global',
  'globalThis',
  'eval',
  'arguments',
];

function espruinoPins(): string[] {
  const pins: string[] = [];
  for (const port of ['A', 'B', 'C', 'D', 'V'])
    for (let pin = 0; pin < 64; pin++) pins.push(port + pin);
  return pins;
}

function lowerToEs5(code: string): string {
  return ts.transpileModule(code, {
    compilerOptions: {
      target: ts.ScriptTarget.ES5,
      module: ts.ModuleKind.None,
      downlevelIteration: false,
      useDefineForClassFields: false,
      noEmitHelpers: false,
      removeComments: true,
      alwaysStrict: false,
    },
  }).outputText;
}

function bundleOptions(source: BundleSource) {
  return {
    ...(source.entry ? { entryPoints: [source.entry] } : {}),
    ...(source.stdin
      ? { stdin: { ...source.stdin, loader: 'ts' as const, sourcefile: 'entry.ts' } }
      : {}),
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'neutral',
    external: ['Storage', 'Flash', 'crypto'],
    target: 'es2020',
    treeShaking: true,
    minifySyntax: true,
    legalComments: 'none',
    charset: 'ascii',
    metafile: true,
    logLevel: 'silent',
    plugins: source.plugins ?? [],
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, target: 'ES2020' } },
  } satisfies BuildOptions;
}

/**
 * Bundles and lowers. The result is flat (no wrapper), ASCII only, without control characters.
 * Throws: esbuild's or the fence's errors, with file and line.
 */
export async function bundleForEspruino(source: BundleSource): Promise<Bundle> {
  const options = bundleOptions(source);
  const bundled = await build(options);
  refuse(fenceOf(source, Object.keys(bundled.metafile.inputs)));
  const final = source.shortenProperties
    ? await build({
        ...options,
        mangleProps: ownNames(['firmware', 'shared'], Object.keys(bundled.metafile.inputs)),
      })
    : bundled;
  const lowered = lowerToEs5(final.outputFiles[0].text);
  refuse(fenceBundle(lowered));
  const code = escapeControls(source.minify ? await minify(writeArrows(lowered)) : lowered);
  refuse(fenceBundle(code));
  return {
    code,
    bytes: Buffer.byteLength(code),
    inputs: Object.keys(bundled.metafile.inputs),
  };
}

function refuse(found: ReturnType<typeof fence>): void {
  if (found.length > 0)
    throw new Error(`Espruino cannot run this as written:\n${describeFindings(found)}`);
}

/** The fence over every source of the bundle, with Espruino's own functions known by their types. */
function fenceOf(source: BundleSource, inputs: string[]): ReturnType<typeof fence> {
  const files: FencedFile[] = inputs
    .filter((input) => /\.[jt]s$/.test(input) && existsSync(input))
    .map((input) => ({ path: resolve(input) }));
  if (source.stdin)
    files.push({ path: join(source.stdin.resolveDir, 'entry.ts'), text: source.stdin.contents });
  return fence(files, existsSync(ESPRUINO_TYPES) ? [resolve(ESPRUINO_TYPES)] : []);
}

/**
 * Shortens names and writes what is used once where it is used: on the chip each function of its own costs variables.
 * No name becomes one that Espruino uses. Calls are not replaced by their function's statements (`inline: 1`):
 * with them the program takes more variables, not fewer.
 */
async function minify(code: string): Promise<string> {
  const result = await terser(code, {
    ecma: 5,
    toplevel: true,
    compress: { passes: 4, inline: 1, pure_getters: true, keep_fargs: false },
    mangle: { reserved: [...ESPRUINO_GLOBALS, ...espruinoPins()] },
    format: { ascii_only: true, comments: false },
  });
  return `${result.code}\n`;
}

/** Strings may hold control characters; the console would swallow them, so they are written as escapes. */
function escapeControls(code: string): string {
  return [...code]
    .map((character) => {
      const value = character.charCodeAt(0);
      return value < 32 && value !== 10 ? `\\x${value.toString(16).padStart(2, '0')}` : character;
    })
    .join('');
}
