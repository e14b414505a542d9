/*
 * What: finds functions that are used before the program has reached their definition.
 * Espruino defines a function when it runs over it; ECMAScript defines all of a block first.
 * From where to where: one source file (or the finished bundle) -> the uses that come too early.
 * Source: test/fixtures/espruino/language.json, rows on hoisting.
 */
import ts from 'typescript';

/** A use of a function that would not exist yet. */
export interface EarlyUse {
  node: ts.Node;
  name: string;
}

type Scope = ts.SourceFile | ts.Block | ts.ModuleBlock;

/** Which declaration an identifier means (a variable, a function), if it is one of this file's. */
function declarationOf(checker: ts.TypeChecker, node: ts.Identifier): ts.Declaration | undefined {
  const parent = node.parent;
  const symbol = ts.isShorthandPropertyAssignment(parent)
    ? checker.getShorthandAssignmentValueSymbol(parent)
    : checker.getSymbolAtLocation(node);
  return symbol?.declarations?.find(
    (one) => ts.isVariableDeclaration(one) || (ts.isFunctionDeclaration(one) && one.body),
  );
}

function isFunctionValue(node: ts.Node | undefined): boolean {
  return node !== undefined && (ts.isArrowFunction(node) || ts.isFunctionExpression(node));
}

/** Calls `use` for every identifier that is read in the node; `skip` prunes. */
function readNames(node: ts.Node, skip: (n: ts.Node) => boolean, use: (id: ts.Identifier) => void) {
  if (skip(node) || ts.isTypeNode(node) || ts.isExportDeclaration(node)) return;
  if (ts.isIdentifier(node)) use(node);
  ts.forEachChild(node, (child) => readNames(child, skip, use));
}

/** Functions of one scope: at which statement each is defined, and what its body will read. */
function bodiesOf(scope: Scope) {
  const definedAt = new Map<ts.Node, number>();
  const bodies = new Map<ts.Node, ts.Node>();
  scope.statements.forEach((statement, index) => {
    if (ts.isFunctionDeclaration(statement) && statement.body) {
      definedAt.set(statement, index);
      bodies.set(statement, statement.body);
    } else if (ts.isVariableStatement(statement)) {
      for (const one of statement.declarationList.declarations)
        if (one.initializer && isFunctionValue(one.initializer)) bodies.set(one, one.initializer);
    }
  });
  return { definedAt, bodies };
}

function earlyUsesIn(scope: Scope, checker: ts.TypeChecker): EarlyUse[] {
  const { definedAt, bodies } = bodiesOf(scope);
  if (definedAt.size === 0) return [];
  const last = Math.max(...definedAt.values());
  const found: EarlyUse[] = [];
  const bodyReads = new Map<ts.Node, ts.Node[]>();
  const readsOf = (body: ts.Node) => {
    const known = bodyReads.get(body);
    if (known) return known;
    const reads: ts.Node[] = [];
    readNames(
      body,
      () => false,
      (id) => {
        const declaration = declarationOf(checker, id);
        if (declaration && (definedAt.has(declaration) || bodies.has(declaration)))
          reads.push(declaration);
      },
    );
    bodyReads.set(body, reads);
    return reads;
  };
  scope.statements.forEach((statement, index) => {
    if (index > last || ts.isFunctionDeclaration(statement)) return;
    const later = (node: ts.Node) => isFunctionValue(node) && bodies.has(node.parent);
    readNames(statement, later, (id) => {
      const start = declarationOf(checker, id);
      if (!start || id === (start as ts.VariableDeclaration).name) return;
      const seen = new Set<ts.Node>();
      const open: ts.Node[] = [start];
      for (let one = open.pop(); one; one = open.pop()) {
        if (seen.has(one)) continue;
        seen.add(one);
        if ((definedAt.get(one) ?? -1) > index)
          found.push({ node: id, name: (one as ts.FunctionDeclaration).name?.text ?? '?' });
        const body = bodies.get(one);
        if (body) open.push(...readsOf(body));
      }
    });
  });
  return found;
}

/** All early uses of a file, in every scope that defines functions. */
export function earlyUses(file: ts.SourceFile, checker: ts.TypeChecker): EarlyUse[] {
  const found: EarlyUse[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isSourceFile(node) || ts.isBlock(node) || ts.isModuleBlock(node))
      found.push(...earlyUsesIn(node, checker));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
