/*
 * What: the fence's rules on syntax: what each node of a source may not be.
 * From where to where: one node -> the construct's name and what to write instead, or undefined.
 * Source: test/fixtures/espruino/language.json. Rules on names and calls: fence-calls.ts.
 */
import ts from 'typescript';
import { callRefusal, constructRefusal } from './fence-calls';
import { memberRefusal, nameRefusal } from './fence-members';
import { type Refusal, regexpRefusal } from './fence-regexp';
import { above, isNumber, isParenthesized, isString, isTypedArray, numberOf } from './fence-types';

type Rule = (node: never, checker: ts.TypeChecker) => Refusal | undefined;
const K = ts.SyntaxKind;

function functionRefusal(node: ts.FunctionLikeDeclaration): Refusal | undefined {
  if (node.asteriskToken) return ['generator', 'a plain loop or a callback'];
  if (ts.getModifiers(node as ts.FunctionDeclaration)?.some((m) => m.kind === K.AsyncKeyword))
    return ['async function', 'callbacks'];
  if (node.name && ts.isIdentifier(node.name) && callsItselfAlways(node, node.name.text))
    return ['endless recursion', 'a loop: a full stack cannot be caught there'];
  return undefined;
}

/** A call to itself that nothing can prevent. */
function callsItselfAlways(node: ts.FunctionLikeDeclaration, name: string): boolean {
  const body = node.body;
  if (!body || !ts.isBlock(body)) return false;
  for (const statement of body.statements) {
    const expression =
      ts.isExpressionStatement(statement) || ts.isReturnStatement(statement)
        ? statement.expression
        : undefined;
    if (expression && ts.isCallExpression(expression) && expression.expression.getText() === name)
      return true;
    if (!ts.isExpressionStatement(statement) && !ts.isVariableStatement(statement)) return false;
  }
  return false;
}

function functionNameRefusal(node: ts.FunctionDeclaration): Refusal | undefined {
  const isSame = (name: ts.Node | undefined) => name?.getText() === node.name?.text;
  const others =
    ts.isSourceFile(node.parent) || ts.isBlock(node.parent)
      ? node.parent.statements.filter((one) =>
          ts.isVariableStatement(one)
            ? one.declarationList.declarations.some((declaration) => isSame(declaration.name))
            : one !== node && ts.isFunctionDeclaration(one) && one.body && isSame(one.name),
        )
      : [];
  if (node.body && others.length > 0)
    return ['function with the name of another variable', 'another name'];
  return functionRefusal(node);
}

function numberRefusal(node: ts.NumericLiteral): Refusal | undefined {
  const value = Number(node.text);
  if (!Number.isInteger(value)) return ['fraction', 'integers in a smaller unit'];
  if (value > Number.MAX_SAFE_INTEGER) return ['number above 2^53', 'smaller integers'];
  const parent = node.parent;
  if (value === 0 && ts.isPrefixUnaryExpression(parent) && parent.operator === K.MinusToken)
    return ['negative zero', '0'];
  if (ts.isPropertyAssignment(parent) && parent.name === node)
    return ['number as a key (for..in goes in another order there)', 'a name, or an array'];
  return undefined;
}

const ARITHMETIC = new Set([K.PlusToken, K.MinusToken, K.AsteriskToken, K.SlashToken]);

/** Does the text of this fraction show (texts of fractions differ there, their values do not)? */
function isShown(node: ts.Node, checker: ts.TypeChecker): boolean {
  const parent = node.parent;
  if (ts.isTemplateSpan(parent)) return true;
  if (ts.isCallExpression(parent))
    return /^(print|String|console\.\w+|JSON\.stringify)$/.test(parent.expression.getText());
  if (ts.isPropertyAccessExpression(parent)) return parent.name.text === 'toString';
  if (ts.isBinaryExpression(parent)) {
    if (!ARITHMETIC.has(parent.operatorToken.kind)) return false;
    return isString(parent, checker) || isShown(parent, checker);
  }
  const isPart =
    isParenthesized(parent) ||
    ts.isPrefixUnaryExpression(parent) ||
    ts.isArrayLiteralExpression(parent) ||
    ts.isObjectLiteralExpression(parent) ||
    ts.isPropertyAssignment(parent);
  return isPart && isShown(parent, checker);
}

/** Is the fraction cut off at once? */
function isRounded(node: ts.BinaryExpression): boolean {
  const parent = node.parent;
  return (
    ts.isCallExpression(parent) && /^Math\.(floor|ceil|round)$/.test(parent.expression.getText())
  );
}

/** A quotient of literals that is no integer, or one whose text shows. */
function isFraction(node: ts.BinaryExpression, checker: ts.TypeChecker): boolean {
  const left = numberOf(node.left);
  const right = numberOf(node.right);
  if (left !== undefined && right !== undefined)
    return !Number.isInteger(left / right) && !isRounded(node);
  return isShown(node, checker);
}

function isOwnMember(node: ts.PropertyAccessExpression, checker: ts.TypeChecker): boolean {
  const declaration = checker.getSymbolAtLocation(node.name)?.valueDeclaration;
  return declaration !== undefined && !declaration.getSourceFile().isDeclarationFile;
}

function binaryRefusal(node: ts.BinaryExpression, checker: ts.TypeChecker): Refusal | undefined {
  const operator = node.operatorToken.kind;
  if (operator === K.AsteriskAsteriskToken || operator === K.AsteriskAsteriskEqualsToken)
    return ['power **', 'a literal or a shift: powers are inexact there'];
  if (operator === K.SlashToken && isFraction(node, checker))
    return ['division that leaves a fraction', 'Math.floor(a / b)'];
  if (Math.abs(numberOf(node) ?? 0) > Number.MAX_SAFE_INTEGER)
    return ['number above 2^53', 'smaller integers'];
  const isAssignment = operator >= K.FirstAssignment && operator <= K.LastAssignment;
  const target = node.left;
  if (
    isAssignment &&
    ts.isPropertyAccessExpression(target) &&
    target.name.text === 'length' &&
    !isOwnMember(target, checker)
  )
    return ['assignment to length', 'splice, or a new array'];
  if (
    operator === K.InstanceOfKeyword &&
    /^(Type|Range|Syntax|Reference|Eval|URI)Error$/.test(node.right.getText())
  )
    return ['class of a built-in error', 'a reason of our own'];
  return undefined;
}

function elementRefusal(
  node: ts.ElementAccessExpression,
  checker: ts.TypeChecker,
): Refusal | undefined {
  const receiver = node.expression;
  const inner = ts.isParenthesizedExpression(receiver) ? receiver.expression : receiver;
  const isLiteral = ts.isArrayLiteralExpression(inner);
  if (!isLiteral && !isString(receiver, checker) && !isTypedArray(receiver, checker))
    return undefined;
  const key = node.argumentExpression;
  if ((numberOf(key) ?? 0) < 0)
    return ['negative index (throws there)', 'a test before the access'];
  if (isNumber(key, checker)) return undefined;
  return ['changing key on a string or array (throws there when missing)', 'a dot and the name'];
}

function isForIn(node: ts.Node): boolean {
  return ts.isForInStatement(node);
}

function caseRefusal(node: ts.CaseClause): Refusal | undefined {
  const clauses = node.parent.clauses;
  const fallback = clauses.findIndex((clause) => ts.isDefaultClause(clause));
  if (fallback < 0 || clauses.indexOf(node) < fallback) return undefined;
  return ['case after default', 'default as the last one'];
}

function spreadRefusal(node: ts.SpreadElement): Refusal | undefined {
  const parent = node.parent;
  if (ts.isCallExpression(parent) && parent.arguments.length === 1) return undefined;
  return ['array spread', 'concat or a loop'];
}

function bindingRefusal(node: ts.BindingElement): Refusal | undefined {
  if (node.dotDotDotToken && ts.isObjectBindingPattern(node.parent))
    return ['rest of an object', 'the names one by one'];
  return undefined;
}

function textRefusal(node: ts.LiteralLikeNode): Refusal | undefined {
  const wide = [...node.text].some((character) => character.charCodeAt(0) > 255);
  return wide ? ['character above 255', 'ASCII, or bytes'] : undefined;
}

function regexpLiteralRefusal(node: ts.RegularExpressionLiteral): Refusal | undefined {
  const end = node.text.lastIndexOf('/');
  const call = node.parent;
  const inSplit = ts.isCallExpression(call) && /\.split$/.test(call.expression.getText());
  return regexpRefusal(node.text.slice(1, end), node.text.slice(end + 1), inSplit);
}

const always =
  (...refusal: Refusal) =>
  () =>
    refusal;

const RULES = new Map<ts.SyntaxKind, Rule>([
  [K.FunctionDeclaration, functionNameRefusal],
  [K.FunctionExpression, functionRefusal],
  [K.ArrowFunction, functionRefusal],
  [K.MethodDeclaration, functionRefusal],
  [K.LabeledStatement, always('label', 'a function with return, or a flag')],
  [K.WithStatement, always('with', 'plain access')],
  [K.AwaitExpression, always('await', 'callbacks')],
  [K.YieldExpression, always('yield', 'callbacks')],
  [K.PrivateIdentifier, always('#private name', 'a closure')],
  [K.ClassStaticBlockDeclaration, always('class static block', 'statements after the class')],
  [K.Decorator, always('decorator', 'a plain call')],
  [K.TaggedTemplateExpression, always('tagged template', 'a plain call')],
  [K.BigIntLiteral, always('BigInt', 'integers below 2^53')],
  [
    K.HeritageClause,
    (node: ts.HeritageClause) =>
      node.token === K.ExtendsKeyword && ts.isClassLike(node.parent)
        ? ['class extends', 'plain functions over plain objects']
        : undefined,
  ],
  [K.MetaProperty, always('new.target or import.meta', 'an argument')],
  [K.CaseClause, caseRefusal],
  [K.SpreadElement, spreadRefusal],
  [K.BindingElement, bindingRefusal],
  [K.NumericLiteral, numberRefusal],
  [K.BinaryExpression, binaryRefusal],
  [K.ElementAccessExpression, elementRefusal],
  [
    K.DeleteExpression,
    (node: ts.Node) =>
      above(node, isForIn) ? ['delete inside for..in', 'a loop over Object.keys'] : undefined,
  ],
  [
    K.PrefixUnaryExpression,
    (node: ts.PrefixUnaryExpression, checker: ts.TypeChecker) =>
      node.operator === K.PlusToken && isString(node.operand, checker)
        ? ['string to number by +', 'parseInt(text, 10)']
        : undefined,
  ],
  [K.StringLiteral, textRefusal],
  [K.NoSubstitutionTemplateLiteral, textRefusal],
  [K.TemplateHead, textRefusal],
  [K.TemplateMiddle, textRefusal],
  [K.TemplateTail, textRefusal],
  [K.RegularExpressionLiteral, regexpLiteralRefusal],
  [K.CallExpression, callRefusal],
  [K.NewExpression, constructRefusal],
  [K.PropertyAccessExpression, memberRefusal],
  [K.Identifier, nameRefusal],
] as [ts.SyntaxKind, Rule][]);

/** Judges one node (not what is below it). */
export function refusalOf(node: ts.Node, checker: ts.TypeChecker): Refusal | undefined {
  return RULES.get(node.kind)?.(node as never, checker);
}
