/*
 * What: the fence's rules on names: globals and members that Espruino lacks or has otherwise.
 * From where to where: an identifier or a member access -> construct and remedy, or undefined.
 * Source: test/fixtures/espruino/language.json.
 */
import ts from 'typescript';
import {
  ABSENT_GLOBALS,
  ABSENT_METHODS,
  BUILT_INS,
  DIFFERING_GLOBALS,
  ITERATOR_METHODS,
  STATIC_MEMBERS,
} from './fence-names';
import type { Refusal } from './fence-regexp';
import { isFunction, isString, isTypedArray, typeNameOf } from './fence-types';

/** Is the identifier a global of the language (not a name of this program)? */
export function isGlobal(node: ts.Identifier, checker: ts.TypeChecker): boolean {
  const declarations = checker.getSymbolAtLocation(node)?.declarations ?? [];
  return declarations.every((one) => one.getSourceFile().isDeclarationFile);
}

/** Names that only label something: a key, a member, an import. */
function isLabel(node: ts.Identifier): boolean {
  const parent = node.parent;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isImportSpecifier(parent) || ts.isExportSpecifier(parent)) return true;
  if (ts.isShorthandPropertyAssignment(parent)) return false;
  return (
    (ts.isPropertyAssignment(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isPropertyDeclaration(parent)) &&
    parent.name === node
  );
}

/** Judges a bare name. */
export function nameRefusal(node: ts.Identifier, checker: ts.TypeChecker): Refusal | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the border of ASCII is meant.
  if (/[^\x00-\x7f]/.test(node.text)) return ['name that is not ASCII', 'ASCII letters'];
  if (isLabel(node)) return undefined;
  if (node.text === 'of') return ['the name of', 'another name: it is reserved there'];
  const differing = DIFFERING_GLOBALS.get(node.text);
  if (differing === undefined && !ABSENT_GLOBALS.has(node.text)) return undefined;
  if (!isGlobal(node, checker)) return undefined;
  return [node.text, differing ?? 'plain objects, arrays and integers: it is absent there'];
}

function namespaceRefusal(
  node: ts.PropertyAccessExpression,
  checker: ts.TypeChecker,
): Refusal | undefined {
  const receiver = node.expression;
  const name = node.name.text;
  if (ts.isPropertyAccessExpression(receiver) && receiver.name.text === 'prototype') {
    const isBuiltIn =
      ts.isIdentifier(receiver.expression) &&
      BUILT_INS.has(receiver.expression.text) &&
      isGlobal(receiver.expression, checker);
    const isKnown = receiver.expression.getText() === 'Object' && name === 'hasOwnProperty';
    return isBuiltIn && !isKnown
      ? [`${receiver.getText()}.${name}`, 'the method of a value: [].slice, {}.toString']
      : undefined;
  }
  if (!ts.isIdentifier(receiver)) return undefined;
  const known = STATIC_MEMBERS.get(receiver.text);
  if (known === undefined || known.has(name) || !isGlobal(receiver, checker)) return undefined;
  if (name === 'random') return ['Math.random', "the board's random32: it is unseeded there"];
  const instead = receiver.text === 'Math' ? 'integer arithmetic' : 'plain code';
  return [`${receiver.text}.${name}`, instead];
}

/** Judges `receiver.name`. */
export function memberRefusal(
  node: ts.PropertyAccessExpression,
  checker: ts.TypeChecker,
): Refusal | undefined {
  const name = node.name.text;
  const receiver = node.expression;
  const refusal = namespaceRefusal(node, checker);
  if (refusal) return refusal;
  const isStatic = ts.isIdentifier(receiver) && STATIC_MEMBERS.has(receiver.text);
  if (ABSENT_METHODS.has(name) && isLibraryMember(node, checker))
    return [`.${name}`, 'a loop: it is absent there or differs'];
  const isList =
    isTypedArray(receiver, checker) ||
    typeNameOf(receiver, checker) === 'Array' ||
    ts.isArrayLiteralExpression(receiver);
  if (ITERATOR_METHODS.has(name) && isList) return [`.${name} of an array`, 'an index'];
  if (name === 'lastIndexOf' && !isStatic && !isString(receiver, checker))
    return ['.lastIndexOf of an array', 'a loop'];
  if ((name === 'slice' || name === 'filter') && isTypedArray(receiver, checker))
    return [
      `.${name} of a typed array (gives a plain Array there)`,
      'subarray, or new Uint8Array(x)',
    ];
  if (name === 'toString' && isFunction(receiver, checker))
    return ['text of a function', 'a name of your own'];
  if (name === 'name' && (isFunction(receiver, checker) || isError(receiver, checker)))
    return ['.name of an error or function', 'a reason of our own'];
  return undefined;
}

/** Members our own types declare are not the language's. */
function isLibraryMember(node: ts.PropertyAccessExpression, checker: ts.TypeChecker): boolean {
  const declarations = checker.getSymbolAtLocation(node.name)?.declarations ?? [];
  return declarations.every((one) =>
    /typescript[/\\]lib[/\\]lib\./.test(one.getSourceFile().fileName),
  );
}

function isError(node: ts.Expression, checker: ts.TypeChecker): boolean {
  if (/Error$/.test(typeNameOf(node, checker))) return true;
  const declaration = ts.isIdentifier(node)
    ? checker.getSymbolAtLocation(node)?.valueDeclaration
    : undefined;
  return declaration !== undefined && ts.isCatchClause(declaration.parent);
}
