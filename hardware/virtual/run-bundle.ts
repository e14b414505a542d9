/*
 * Runs a firmware bundle on a virtual board in Node: a fresh node:vm context at each boot, with
 * the board's globals and only those of JavaScript's own that Espruino has too.
 * From: a bundle's text and a board. To: the running firmware.
 * Source of what is taken away: measured on Espruino 2v29.277.
 */
import { createContext, runInContext, Script } from 'node:vm';
import type { VirtualBoard } from './board/types';

/** Host constructors, so that what the board hands out is `instanceof` the firmware's own. */
export const SHARED_GLOBALS = {
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  DataView,
  ArrayBuffer,
};

/** Takes away, inside a fresh context, what Espruino does not have. */
export const STRIP_GLOBALS = `(function () {
  ['Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'Symbol', 'Proxy', 'Reflect', 'BigInt',
    'BigInt64Array', 'BigUint64Array', 'Atomics', 'SharedArrayBuffer', 'Uint8ClampedArray',
    'FinalizationRegistry', 'WebAssembly', 'Intl', 'RangeError', 'Iterator', 'console',
    'AggregateError', 'escape', 'unescape'].forEach(function (name) { delete globalThis[name]; });
  ['imul', 'trunc', 'log2', 'log10', 'hypot', 'cbrt', 'clz32', 'fround', 'expm1', 'log1p', 'sinh',
    'cosh', 'tanh'].forEach(function (name) { delete Math[name]; });
  ['MAX_SAFE_INTEGER', 'MIN_SAFE_INTEGER', 'EPSILON', 'isInteger', 'isNaN', 'isFinite',
    'isSafeInteger', 'parseFloat', 'parseInt'].forEach(function (name) { delete Number[name]; });
  ['from', 'of'].forEach(function (name) { delete Array[name]; });
  ['lastIndexOf', 'reduceRight', 'flat', 'flatMap', 'entries', 'keys', 'values', 'at', 'copyWithin',
    'findLast', 'findLastIndex', 'toSorted', 'toReversed', 'toSpliced', 'with']
    .forEach(function (name) { delete Array.prototype[name]; });
  ['codePointAt', 'matchAll', 'search', 'at', 'localeCompare', 'normalize', 'trimStart', 'trimEnd']
    .forEach(function (name) { delete String.prototype[name]; });
  ['freeze', 'is', 'seal'].forEach(function (name) { delete Object[name]; });
  delete Date.UTC;
  delete String.fromCodePoint;
  delete String.raw;
})();`;

/** Starts the bundle once in a fresh context with the board's globals. */
function runOnce(board: VirtualBoard, script: Script): void {
  const context = createContext({ ...SHARED_GLOBALS, ...board.globals });
  context.global = context;
  runInContext(STRIP_GLOBALS, context);
  script.runInContext(context);
}

/**
 * Makes the bundle the board's firmware: each power-on and each watchdog reset starts it again in
 * a context of its own.
 * Throws: SyntaxError when the text is no script.
 */
export function installBundle(board: VirtualBoard, bundleText: string): void {
  const script = new Script(bundleText, { filename: 'firmware.js' });
  board.onBoot(() => runOnce(board, script));
}

/** Installs the bundle and switches the board on. Throws: SyntaxError when the text is no script. */
export function startBundle(board: VirtualBoard, bundleText: string): void {
  installBundle(board, bundleText);
  board.powerOn();
}
