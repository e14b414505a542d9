/*
 * What: finds the property names that are ours alone, so that the build may shorten them on the chip.
 * From where to where: the sources of the firmware -> lower.ts (esbuild's mangleProps).
 * A name is ours when an interface of ours declares it and neither JavaScript, Espruino nor a stored file knows it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** Interfaces whose names stand in files or in Espruino's own functions. */
const OUTSIDE_INTERFACES = new Set(['NodeConfig', 'LoraConfig', 'Wiring']);
const CONSOLE = 'firmware/console/';
/** What links tell the console. */
const LINK = 'firmware/link.ts';
const TOLD_INTERFACE = 'LinkTold';
const ESPRUINO_TYPES = 'firmware/espruino.d.ts';
const LIBRARIES = ['lib.es5.d.ts', 'lib.es2015.core.d.ts', 'lib.es2017.object.d.ts'];

function membersOf(path: string, isWanted: (owner: string) => boolean): string[] {
  const source = ts.createSourceFile(
    path,
    readFileSync(path, 'utf8'),
    ts.ScriptTarget.ES2022,
    true,
  );
  const names: string[] = [];
  const visit = (node: ts.Node, owner: string): void => {
    const inside = ts.isInterfaceDeclaration(node) ? node.name.text : owner;
    const isMember =
      ts.isPropertySignature(node) || ts.isMethodSignature(node) || ts.isMethodDeclaration(node);
    if (isMember && ts.isIdentifier(node.name) && isWanted(owner)) names.push(node.name.text);
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(source, '');
  return names;
}

function outsideNames(paths: string[]): Set<string> {
  const folder = dirname(createRequire(import.meta.url).resolve('typescript'));
  const foreign = [ESPRUINO_TYPES, ...LIBRARIES.map((file) => join(folder, file))];
  return new Set([
    ...foreign.flatMap((path) => membersOf(path, () => true)),
    ...paths.flatMap((path) => membersOf(path, (owner) => OUTSIDE_INTERFACES.has(owner))),
  ]);
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
    .map((file) => join(folder, file));
}

/** Names that a file writes in object literals. */
function literalNames(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)) names.push(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true));
  return names;
}

/**
 * A pattern that matches exactly the names that are our own in the TypeScript files of these folders.
 * `inputs`: the files of the program. What those of `firmware/console/` write is told as JSON, so its names stay.
 */
export function ownNames(folders: string[], inputs: string[]): RegExp {
  const console = inputs.filter((path) => path.startsWith(CONSOLE));
  const told = console.flatMap(literalNames);
  if (console.length > 0) told.push(...membersOf(LINK, (owner) => owner === TOLD_INTERFACE));
  const paths = folders.flatMap(sourcesIn);
  const outside = outsideNames(paths);
  const own = new Set(paths.flatMap((path) => membersOf(path, () => true)));
  const names = [...own].filter((name) => !outside.has(name) && !told.includes(name)).sort();
  return new RegExp(`^(${names.join('|')})$`);
}
