import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** An import of a file, whatever its form. `isType` marks those that load no code. */
export interface Import {
  readonly specifier: string;
  readonly isType: boolean;
  readonly isReexport: boolean;
}

/** A named or anonymous function and how many lines it covers, its first and last included. */
export interface FunctionSpan {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
  readonly hasJsx: boolean;
}

export interface SourceFile {
  /** Relative to the repository root, with forward slashes. */
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  readonly functions: readonly FunctionSpan[];
  /** Every statement passes on another file's exports. */
  readonly isBarrel: boolean;
}

interface AstNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is AstNode =>
  typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string';

function childrenOf(node: AstNode): AstNode[] {
  return Object.values(node).flat().filter(isNode);
}

/** Calls `visit` on every node with its parent, parents first. */
function walk(
  node: AstNode,
  visit: (node: AstNode, parent: AstNode | undefined) => void,
  parent?: AstNode,
): void {
  visit(node, parent);
  for (const child of childrenOf(node)) walk(child, visit, node);
}

function containsJsx(node: AstNode): boolean {
  return node.type === 'JSXElement' || node.type === 'JSXFragment' || childrenOf(node).some(containsJsx);
}

const nameOf = (node: unknown): string | undefined =>
  isNode(node) ? ((node['name'] ?? node['value']) as string | undefined) : undefined;

/** A specifier-by-specifier `import { type A, type B }` loads code all the same, so only the whole import counts. */
function importOf(node: AstNode): Import | undefined {
  const source = node['source'];
  if (!isNode(source) || typeof source['value'] !== 'string') return undefined;
  const isReexport = node.type.startsWith('Export');
  const isType =
    node['importKind'] === 'type' || node['exportKind'] === 'type' || node.type === 'TSImportType';
  return { specifier: source['value'], isType, isReexport };
}

const functionTypes = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

function functionOf(node: AstNode, parent: AstNode | undefined, lineAt: (offset: number) => number) {
  if (!functionTypes.has(node.type) || !isNode(node['body'])) return undefined;
  const name = nameOf(node['id']) ?? nameOf(parent?.['id']) ?? nameOf(parent?.['key']) ?? '(anonymous)';
  const line = lineAt(node.start);
  return { name, line, lines: lineAt(node.end) - line + 1, hasJsx: containsJsx(node['body']) };
}

/** Reads one file's structure from its text; throws where the text does not parse. */
export function parseSource(path: string, text: string): SourceFile {
  const program = parseAst(text, { lang: path.endsWith('x') ? 'tsx' : 'ts' }, path) as unknown as AstNode;
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length;
  const imports: Import[] = [];
  const functions: FunctionSpan[] = [];
  walk(program, (node, parent) => {
    const found = importOf(node);
    if (found) imports.push(found);
    const span = functionOf(node, parent, lineAt);
    if (span) functions.push(span);
  });
  const statements = program['body'] as readonly AstNode[];
  const isBarrel = statements.some((s) => s.type === 'ExportAllDeclaration') || statements.every(passesOn);
  return { path, lines: text.trimEnd().split('\n').length, imports, functions, isBarrel };
}

const passesOn = (statement: AstNode): boolean =>
  statement.type === 'ImportDeclaration' ||
  (statement.type === 'ExportNamedDeclaration' && isNode(statement['source']));

/** Every TypeScript file below the given folders of the repository. */
export function readSources(folders: readonly string[]): SourceFile[] {
  return folders.flatMap((folder) => {
    const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
    const isOwn = (name: string) => /\.tsx?$/.test(name) && !name.includes('node_modules');
    const paths = names.filter(isOwn).map((name) => join(root, folder, name));
    return paths.map((path) =>
      parseSource(relative(root, path).split(sep).join('/'), readFileSync(path, 'utf8')),
    );
  });
}

/** The repository path that a relative import names, or `undefined` for a package. */
export function targetOf(file: SourceFile, { specifier }: Import): string | undefined {
  // With `?worker&url` an import is only the address of a worker's script.
  if (!specifier.startsWith('.') || specifier.endsWith('?worker&url')) return undefined;
  return posix.join(dirname(file.path), specifier.replace(/\?.*$/, ''));
}

/** Cycles of imports that load code, each as the paths along it. */
export function importCycles(files: readonly SourceFile[]): string[][] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const finished = new Set<string>();
  const cycles: string[][] = [];
  const follow = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) return void cycles.push([...trail.slice(start), path]);
    const file = byPath.get(path);
    if (!file || finished.has(path)) return;
    for (const found of file.imports.filter((i) => !i.isType))
      follow(targetOf(file, found) ?? '', [...trail, path]);
    finished.add(path);
  };
  for (const path of byPath.keys()) follow(path, []);
  return cycles;
}
