/*
 * What: the fence's rules on calls: library functions whose arguments decide whether they differ.
 * From where to where: a call or `new` -> construct and remedy, or undefined.
 * Source: test/fixtures/espruino/language.json.
 */
import ts from 'typescript';
import { ELEMENT_BYTES, TYPED_ARRAYS } from './fence-names';
import { type Refusal, regexpRefusal } from './fence-regexp';
import {
  isNumber,
  isString,
  isTypedArray,
  lengthOf,
  numberOf,
  sourceOf,
  textOf,
} from './fence-types';

type CallRule = (call: ts.CallExpression, checker: ts.TypeChecker) => Refusal | undefined;

function isNothing(node: ts.Expression | undefined): boolean {
  return (
    node === undefined || node.kind === ts.SyntaxKind.NullKeyword || node.getText() === 'undefined'
  );
}

function receiverOf(call: ts.CallExpression): ts.Expression {
  return (call.expression as ts.PropertyAccessExpression).expression;
}

function charCodeRefusal(call: ts.CallExpression, checker: ts.TypeChecker): Refusal | undefined {
  const isByte = (node: ts.Expression): boolean => {
    const value = numberOf(node);
    if (value !== undefined) return value >= 0 && value <= 255;
    if (ts.isElementAccessExpression(node)) return isTypedArray(node.expression, checker);
    if (!ts.isBinaryExpression(node)) return false;
    if (node.operatorToken.kind === ts.SyntaxKind.AmpersandToken)
      return (numberOf(node.right) ?? 256) <= 255;
    return false;
  };
  return call.arguments.every(isByte)
    ? undefined
    : ['String.fromCharCode above 255', 'E.toString(bytes), or code & 255'];
}

function stringifyRefusal(call: ts.CallExpression): Refusal | undefined {
  if (!isNothing(call.arguments[1]))
    return ['JSON.stringify with a replacer', 'a copy with what is meant'];
  let refusal: Refusal | undefined;
  const visit = (node: ts.Node) => {
    if (ts.isArrayLiteralExpression(node) && node.elements.some((one) => ts.isFunctionLike(one)))
      refusal = ['function inside JSON', 'data only'];
    if (ts.isStringLiteralLike(node) && /[\x7f-\xff]/.test(node.text))
      refusal = ['JSON of characters above 126', 'hex'];
    ts.forEachChild(node, visit);
  };
  if (call.arguments[0]) visit(call.arguments[0]);
  return refusal;
}

function parseRefusal(call: ts.CallExpression, checker: ts.TypeChecker): Refusal | undefined {
  if (call.arguments.length > 1) return ['JSON.parse with a reviver', 'a loop afterwards'];
  if (/,\s*[\]}]/.test(textOf(call.arguments[0], checker) ?? ''))
    return ['JSON with a trailing comma', 'strict JSON'];
  return undefined;
}

function setRefusal(call: ts.CallExpression, checker: ts.TypeChecker): Refusal | undefined {
  const receiver = receiverOf(call);
  if (!isTypedArray(receiver, checker) || !call.arguments[0]) return undefined;
  const offset = call.arguments[1] ? numberOf(call.arguments[1]) : 0;
  const room = lengthOf(receiver, checker);
  const count = lengthOf(call.arguments[0], checker);
  const overflows =
    offset !== undefined && room !== undefined && count !== undefined && offset + count > room;
  return overflows || (offset ?? 0) < 0
    ? ['set past the end (cut silently there)', 'a length test before']
    : undefined;
}

function dataViewRefusal(call: ts.CallExpression, checker: ts.TypeChecker): Refusal | undefined {
  const bits = /(?:get|set)\w+?(8|16|32|64)$/.exec(
    (call.expression as ts.PropertyAccessExpression).name.text,
  );
  const length = lengthOf(receiverOf(call), checker);
  const offset = call.arguments[0] && numberOf(call.arguments[0]);
  if (!bits || length === undefined || offset === undefined) return undefined;
  const isInside = offset >= 0 && offset + Number(bits[1]) / 8 <= length;
  return isInside
    ? undefined
    : ['DataView access past the end (no error there)', 'a length test before'];
}

function cipherRefusal(call: ts.CallExpression, checker: ts.TypeChecker): Refusal | undefined {
  const options = call.arguments[2] && sourceOf(call.arguments[2], checker);
  if (!options || !ts.isObjectLiteralExpression(options)) return undefined;
  const mode = options.properties.find((one) => one.name?.getText() === 'mode');
  const text =
    mode && ts.isPropertyAssignment(mode) ? textOf(mode.initializer, checker) : undefined;
  if (text === 'CTR' || text === 'OFB')
    return [`AES mode ${text}`, 'ECB over counter blocks: the iv is ignored there'];
  if (text === undefined) return ['AES mode that is not a literal', "mode: 'ECB'"];
  if ((lengthOf(call.arguments[0], checker) ?? 0) % 16 !== 0)
    return ['AES of a broken block', 'multiples of 16 bytes'];
  return undefined;
}

function storageRefusal(call: ts.CallExpression, checker: ts.TypeChecker): Refusal | undefined {
  const [name, data, offset, size] = call.arguments;
  if (!data || isNumber(name, checker)) return undefined;
  if ((textOf(name, checker) ?? '').length > 28)
    return ['Storage name above 28 characters', 'a shorter name'];
  if (textOf(data, checker) === '') return ['empty Storage file', 'erase'];
  if (offset && numberOf(offset) === 0 && !size)
    return ['Storage write at offset 0 without size', 'the size, or no offset'];
  return undefined;
}

function timerRefusal(call: ts.CallExpression, checker: ts.TypeChecker): Refusal | undefined {
  const isText = call.arguments[0] && isString(call.arguments[0], checker);
  return isText ? ['timer with text', 'a function'] : undefined;
}

function splitRefusal(call: ts.CallExpression): Refusal | undefined {
  return call.arguments.length > 1 ? ['split with a limit', 'split, then slice'] : undefined;
}

function openRefusal(call: ts.CallExpression, checker: ts.TypeChecker): Refusal | undefined {
  const mode = textOf(call.arguments[1], checker);
  return mode !== undefined && /^[rwa]$/.test(mode)
    ? ['StorageFile', 'a pre-allocated file: byte 255 ends it there']
    : undefined;
}

/** A hidden property shows all the same in `for..in` there; on a prototype nobody lists it. */
function definePropertyRefusal(call: ts.CallExpression): Refusal | undefined {
  const [target, , descriptor] = call.arguments;
  if (!target || !descriptor || /\.prototype$/.test(target.getText())) return undefined;
  return /\benumerable\s*:\s*true\b/.test(descriptor.getText())
    ? undefined
    : ['defineProperty of a hidden property', 'enumerable: true, or a plain property'];
}

/** Whole numbers out of Math stay floats there, and Flash.erasePage throws at them. Source: Espruino src/jswrap_flash.c. */
function erasePageRefusal(call: ts.CallExpression): Refusal | undefined {
  const [address] = call.arguments;
  if (!address || numberOf(address) !== undefined || ts.isIdentifier(address)) return undefined;
  return /\|\s*0\)?$/.test(address.getText())
    ? undefined
    : ['erasePage of a computed address (a float throws there)', '(address) | 0'];
}

const METHOD_RULES = new Map<string, CallRule>([
  ['fromCharCode', charCodeRefusal],
  ['stringify', stringifyRefusal],
  ['parse', parseRefusal],
  ['set', setRefusal],
  ['encrypt', cipherRefusal],
  ['decrypt', cipherRefusal],
  ['write', storageRefusal],
  ['split', splitRefusal],
  ['open', openRefusal],
  ['defineProperty', definePropertyRefusal],
  ['erasePage', erasePageRefusal],
]);

/** Judges a call by its name and arguments. */
export function callRefusal(call: ts.CallExpression, checker: ts.TypeChecker): Refusal | undefined {
  const target = call.expression;
  if (target.kind === ts.SyntaxKind.ImportKeyword) return ['import()', 'import at the top'];
  if (ts.isIdentifier(target)) {
    if (/^set(Timeout|Interval)$/.test(target.text)) return timerRefusal(call, checker);
    const isTextToNumber =
      target.text === 'Number' && call.arguments[0] && !isNumber(call.arguments[0], checker);
    if (isTextToNumber) return ['Number(text)', 'parseInt(text, 10)'];
    return target.text === 'RegExp' ? constructRefusal(call, checker) : undefined;
  }
  if (!ts.isPropertyAccessExpression(target)) return undefined;
  if (/^[gs]et(Ui|I|Fl)/.test(target.name.text)) return dataViewRefusal(call, checker);
  return METHOD_RULES.get(target.name.text)?.(call, checker);
}

/** Judges `new Name(...)`. */
export function constructRefusal(
  node: ts.NewExpression | ts.CallExpression,
  checker: ts.TypeChecker,
): Refusal | undefined {
  if (!ts.isIdentifier(node.expression)) return undefined;
  const name = node.expression.text;
  const [first, second] = node.arguments ?? [];
  if (!first) return undefined;
  if (ts.isNewExpression(node) && node.arguments?.some((one) => ts.isSpreadElement(one)))
    return ['array spread', 'plain arguments'];
  if (name === 'Date' && isString(first, checker)) return ['Date from text', 'unix seconds'];
  if (name === 'RegExp') {
    const pattern = textOf(first, checker);
    if (pattern === undefined) return ['RegExp from changing text', 'a literal'];
    return regexpRefusal(pattern, textOf(second, checker) ?? '', false);
  }
  if (!TYPED_ARRAYS.has(name)) return undefined;
  if (isString(first, checker)) return [`new ${name}(text)`, 'E.toUint8Array(text)'];
  const size = ELEMENT_BYTES.get(name);
  if (second && size !== undefined && (numberOf(second) ?? 1) % size !== 0)
    return [`${name} at an offset that may be unaligned (no error there)`, 'bytes and shifts'];
  return undefined;
}
