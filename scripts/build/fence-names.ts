/*
 * What: the names a person who knows JavaScript would use and Espruino does not have.
 * From where to where: read by the fence's rules. Source: test/fixtures/espruino/language.json
 * (recorded on Espruino 2v29.277) and ECMAScript 2024's own tables of globals and methods.
 */

const words = (text: string): Set<string> => new Set(text.trim().split(/\s+/));

/** Globals of ECMAScript, browsers and Node that Espruino lacks or that are banned in house. */
export const ABSENT_GLOBALS = words(`
  Map Set WeakMap WeakSet WeakRef FinalizationRegistry Symbol Proxy Reflect BigInt BigInt64Array BigUint64Array
  Float16Array SharedArrayBuffer Atomics Intl Iterator AggregateError RangeError EvalError URIError
  TextEncoder TextDecoder structuredClone queueMicrotask setImmediate clearImmediate Buffer URL URLSearchParams
  fetch performance crypto WebAssembly AbortController AbortSignal Event EventTarget MessageChannel
  escape unescape module exports __dirname __filename window document navigator localStorage
`);

/** Globals that exist there and still give another result than here. */
export const DIFFERING_GLOBALS = new Map<string, string>([
  ['Promise', 'callbacks: promises and timers run in another order there'],
  ['eval', 'plain code'],
  ['Function', 'plain code'],
  ['Uint8ClampedArray', 'Uint8Array: rounding differs'],
  ['parseFloat', 'integers: fractions are read with another precision'],
  ['encodeURIComponent', 'hex: characters above 127 are encoded otherwise'],
  ['encodeURI', 'hex: characters above 127 are encoded otherwise'],
]);

/** What each built-in object really has on Espruino; any other member is refused. */
export const STATIC_MEMBERS = new Map<string, Set<string>>([
  [
    'Math',
    words(
      'abs acos asin atan atan2 ceil clip cos E exp floor log max min PI round sin sign sqrt SQRT2 SQRT1_2 LN2 LN10 LOG2E LOG10E tan wrap randInt',
    ),
  ],
  [
    'Object',
    words(
      'keys values entries fromEntries assign create getPrototypeOf setPrototypeOf defineProperty defineProperties getOwnPropertyNames getOwnPropertyDescriptor getOwnPropertyDescriptors prototype',
    ),
  ],
  ['Number', words('NaN MAX_VALUE MIN_VALUE NEGATIVE_INFINITY POSITIVE_INFINITY prototype')],
  ['String', words('fromCharCode prototype')],
  ['Array', words('isArray prototype')],
  ['Date', words('now prototype')],
  ['JSON', words('parse stringify')],
]);

/** Methods no Espruino object has, whatever the receiver. */
export const ABSENT_METHODS = words(`
  reduceRight flat flatMap copyWithin findLast findLastIndex toReversed toSorted toSpliced
  codePointAt matchAll search localeCompare normalize trimStart trimEnd trimLeft trimRight isWellFormed toWellFormed
  at toPrecision toExponential toFixed toLocaleString toLocaleLowerCase toLocaleUpperCase
  finally allSettled setUint64 setBigInt64 setBigUint64 getBigInt64 getBigUint64 BYTES_PER_ELEMENT
  propertyIsEnumerable isPrototypeOf __defineGetter__ __lookupGetter__ groups
`);

/** Iterator methods: absent on arrays and typed arrays, but plain names on our own objects. */
export const ITERATOR_METHODS = words('entries keys values');

export const TYPED_ARRAYS = words(
  'Uint8Array Int8Array Uint16Array Int16Array Uint24Array Uint32Array Int32Array Float32Array Float64Array Uint8ClampedArray',
);

export const BUILT_INS = words(
  `Array String Number Boolean Function Object Date RegExp Error TypeError SyntaxError ReferenceError ArrayBuffer DataView Promise ${[...TYPED_ARRAYS].join(' ')}`,
);

/** Bytes of one element, where a view must begin at a multiple of it. */
export const ELEMENT_BYTES = new Map<string, number>([
  ['Uint16Array', 2],
  ['Int16Array', 2],
  ['Uint32Array', 4],
  ['Int32Array', 4],
  ['Float32Array', 4],
  ['Float64Array', 8],
]);
