/*
 * What: small questions the fence's rules ask about an expression: its type, its value, its length.
 * From where to where: a node of TypeScript's tree and the type checker -> an answer or undefined.
 */
import ts from 'typescript';
import { TYPED_ARRAYS } from './fence-names';

/** Name of the expression's type as declared ('Uint8Array', 'Error' …). */
export function typeNameOf(node: ts.Node, checker: ts.TypeChecker): string {
  return checker.getTypeAtLocation(node).getSymbol()?.getName() ?? '';
}

export function isTypedArray(node: ts.Node, checker: ts.TypeChecker): boolean {
  return TYPED_ARRAYS.has(typeNameOf(node, checker));
}

export function isString(node: ts.Node, checker: ts.TypeChecker): boolean {
  return (checker.getTypeAtLocation(node).flags & ts.TypeFlags.StringLike) !== 0;
}

export function isNumber(node: ts.Node, checker: ts.TypeChecker): boolean {
  return (checker.getTypeAtLocation(node).flags & ts.TypeFlags.NumberLike) !== 0;
}

export function isFunction(node: ts.Node, checker: ts.TypeChecker): boolean {
  return checker.getTypeAtLocation(node).getCallSignatures().length > 0;
}

export function isParenthesized(node: ts.Node): boolean {
  return (
    ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node)
  );
}

/** The value of an expression made of number literals, or undefined. */
export function numberOf(node: ts.Node): number | undefined {
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (ts.isParenthesizedExpression(node)) return numberOf(node.expression);
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.MinusToken) {
    const value = numberOf(node.operand);
    return value === undefined ? undefined : -value;
  }
  if (!ts.isBinaryExpression(node)) return undefined;
  const left = numberOf(node.left);
  const right = numberOf(node.right);
  if (left === undefined || right === undefined) return undefined;
  if (node.operatorToken.kind === ts.SyntaxKind.AsteriskToken) return left * right;
  if (node.operatorToken.kind === ts.SyntaxKind.PlusToken) return left + right;
  return node.operatorToken.kind === ts.SyntaxKind.MinusToken ? left - right : undefined;
}

/** What a variable was declared with, one step back; any other expression is itself. */
export function sourceOf(node: ts.Expression, checker: ts.TypeChecker): ts.Expression {
  if (!ts.isIdentifier(node)) return node;
  const declaration = checker.getSymbolAtLocation(node)?.valueDeclaration;
  return declaration && ts.isVariableDeclaration(declaration) && declaration.initializer
    ? declaration.initializer
    : node;
}

/** Text of a string literal, also through a variable. */
export function textOf(
  node: ts.Expression | undefined,
  checker: ts.TypeChecker,
): string | undefined {
  const source = node && sourceOf(node, checker);
  return source && ts.isStringLiteralLike(source) ? source.text : undefined;
}

/** How many elements (of a DataView: bytes) an array is known to have, or undefined. */
export function lengthOf(node: ts.Expression, checker: ts.TypeChecker): number | undefined {
  const source = sourceOf(node, checker);
  if (ts.isArrayLiteralExpression(source)) return source.elements.length;
  if (!ts.isNewExpression(source) || source.arguments?.length !== 1) return undefined;
  return numberOf(source.arguments[0]) ?? lengthOf(source.arguments[0], checker);
}

/** The nearest node above that holds, looking no further than the enclosing function. */
export function above(node: ts.Node, holds: (n: ts.Node) => boolean): ts.Node | undefined {
  for (let one = node.parent; one && !ts.isFunctionLike(one); one = one.parent)
    if (holds(one)) return one;
  return undefined;
}
