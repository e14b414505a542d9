/*
 * What: writes function expressions as arrow functions, which Espruino runs as they are and which are shorter.
 * From where to where: lowered ES5 -> the same program, ready for minification.
 * Only functions without `this` and `arguments`, and only where an arrow needs no brackets around it.
 */
import { type AnyNode, type FunctionDeclaration, type FunctionExpression, parse } from 'acorn';
import { ancestor, full } from 'acorn-walk';

interface Edit {
  start: number;
  end: number;
  text: string;
}

function usesOwnScope(node: FunctionExpression | FunctionDeclaration): boolean {
  let found = false;
  full(node.body, (inner) => {
    if (inner.type === 'ThisExpression') found = true;
    if (inner.type === 'Identifier' && (inner as AnyNode & { name: string }).name === 'arguments')
      found = true;
  });
  return found;
}

/** Whether the arrow may stand where the function stands. */
function fitsPlace(parent: AnyNode, node: AnyNode): boolean {
  if (parent.type === 'CallExpression') return parent.callee !== node;
  if (parent.type === 'Property') return parent.value === node && parent.kind === 'init';
  if (parent.type === 'AssignmentExpression') return parent.right === node;
  return parent.type === 'VariableDeclarator' || parent.type === 'ReturnStatement';
}

function editsOf(code: string, node: FunctionExpression | FunctionDeclaration): Edit[] {
  const body = node.body;
  const params = node.params.map((param) => code.slice(param.start, param.end)).join(',');
  const head = `${node.params.length === 1 ? params : `(${params})`}=>`;
  const only = body.body.length === 1 ? body.body[0] : undefined;
  if (only?.type !== 'ReturnStatement' || !only.argument) {
    return [{ start: node.start, end: body.start, text: head }];
  }
  const value = only.argument;
  const isBare = value.type !== 'ObjectExpression' && value.type !== 'SequenceExpression';
  return [
    { start: node.start, end: value.start, text: isBare ? head : `${head}(` },
    { start: value.end, end: node.end, text: isBare ? '' : ')' },
  ];
}

/** A declared function that only returns a value: `var f=a=>value;`, as Espruino hoists neither. */
function declarationEdits(code: string, node: FunctionDeclaration): Edit[] {
  const edits = editsOf(code, node);
  if (edits.length !== 2) return [];
  const [head, tail] = edits;
  return [
    { ...head, text: `var ${node.id.name}=${head.text}` },
    { ...tail, text: `${tail.text};` },
  ];
}

/** Throws: SyntaxError when the code is no ES5 program. */
export function writeArrows(code: string): string {
  const edits: Edit[] = [];
  ancestor(parse(code, { ecmaVersion: 2020 }), {
    FunctionExpression(node, _state, path) {
      const parent = path[path.length - 2];
      if (node.id || usesOwnScope(node) || !fitsPlace(parent as AnyNode, node)) return;
      edits.push(...editsOf(code, node));
    },
    FunctionDeclaration(node) {
      if (node.id && !usesOwnScope(node))
        edits.push(...declarationEdits(code, node as FunctionDeclaration));
    },
  });
  let out = code;
  for (const edit of edits.sort((a, b) => b.start - a.start || b.end - a.end)) {
    out = out.slice(0, edit.start) + edit.text + out.slice(edit.end);
  }
  return out;
}
