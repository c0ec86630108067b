import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importCycles, parseSource, readSources, targetOf, type SourceFile } from './support/sourceFiles.ts';

// Who may import whom. `types` names modules of which only types may be imported.
interface Row {
  readonly may: readonly string[];
  readonly types?: readonly string[];
}

const compiler = ['graph', 'onnx', 'lowering', 'lora', 'autodiff', 'optimization', 'exporter', 'compile'];
const machinery = [
  ...['runtime', 'text', 'training', 'generation', 'specialize', 'sources', 'evaluation', 'storage', 'hub'],
];

const importTable: Readonly<Record<string, Row>> = {
  graph: { may: [] },
  onnx: { may: ['graph'] },
  lowering: { may: ['graph'] },
  lora: { may: ['graph'] },
  autodiff: { may: ['graph'] },
  optimization: { may: ['graph'] },
  exporter: { may: ['graph', 'onnx'] },
  // The optimizer's graph is compiled beside the gradient's; its formula lives with training.
  compile: { may: ['graph', 'onnx', 'lowering', 'lora', 'autodiff', 'optimization', 'training'] },
  runtime: { may: [], types: ['graph'] },
  text: { may: [] },
  training: { may: ['runtime', 'text'], types: ['graph'] },
  generation: { may: ['runtime', 'text', 'lora'], types: ['graph'] },
  evaluation: { may: [] },
  specialize: { may: ['evaluation'] },
  // Files of data sets and documents become what a domain is made of; the method never sees a file.
  sources: { may: ['specialize', 'evaluation'] },
  storage: { may: [] },
  // Runs in browsers and under Node alike: where bytes lie is handed in.
  hub: { may: [], types: ['storage'] },
  // The stages put together, for workers and command line alike.
  engine: { may: [...compiler, ...machinery] },
  workerApi: { may: [], types: [...compiler, ...machinery, 'engine'] },
  ui: { may: ['workerApi', 'storage'] },
  workers: { may: [...compiler, ...machinery, 'engine', 'workerApi'] },
  cli: { may: [...compiler, ...machinery, 'engine', 'workerApi'] },
  tools: { may: [...compiler, ...machinery, 'engine', 'cli', 'workerApi'] },
};

// Packages that only some modules may know; any other package is free.
const packageOwners: readonly { readonly package: RegExp; readonly owners: readonly string[] }[] = [
  { package: /^onnxruntime-/, owners: ['runtime'] },
  { package: /^@huggingface\//, owners: ['generation'] },
  { package: /^@bufbuild\//, owners: ['onnx'] },
  { package: /^(react|react-dom|@mantine|@tanstack|uplot|zustand)(\/|$)/, owners: ['ui'] },
  // Each is loaded only when a file of its kind is read.
  {
    package: /^(papaparse|hyparquet|hyparquet-compressors|htmlparser2|pdfjs-dist|mammoth)(\/|$)/,
    owners: ['sources'],
  },
  { package: /^comlink$/, owners: ['workers', 'workerApi', 'ui'] },
];

/** Modules that run anywhere: nothing of Node. */
const withoutNode = [
  ...[...compiler, 'text', 'specialize', 'sources', 'evaluation', 'hub', 'workerApi', 'ui', 'workers'],
];

/**
 * Seeded randomness, JSON of unknown shape, half precision, what becomes of a task in a run and on the page, versions:
 * anyone may import them, they import nothing.
 */
const shared: readonly string[] = ['random', 'jsonValue', 'halfPrecision', 'taskChanges', 'package.json'];

const limits = { file: 300, function: 40, component: 80 };

// A limit that hurts is lifted here, with the reason.
const exemptions: Readonly<Record<string, string>> = {};

const isGenerated = (file: SourceFile) => file.path.startsWith('src/onnx/generated/');

function moduleOf(path: string): string {
  if (/^src\/compile\w+\.ts$/.test(path)) return 'compile';
  const [top, folder] = path.split('/');
  const name = folder?.replace(/\.ts$/, '') ?? '';
  if (top === 'src' && shared.includes(name)) return name;
  return top === 'src' ? (folder ?? '') : (top ?? '');
}

function forbiddenImports(file: SourceFile): string[] {
  const from = moduleOf(file.path);
  const row = importTable[from];
  if (shared.includes(from)) return file.imports.map((found) => `${file.path} imports ${found.specifier}`);
  if (!row) return [`${file.path}: ${from} is not in the import table`];
  return file.imports.flatMap((found) => {
    const target = targetOf(file, found);
    if (target === undefined) return [];
    const to = moduleOf(target);
    const isAllowed =
      to === from || shared.includes(to) || row.may.includes(to) || (found.isType && row.types?.includes(to));
    return isAllowed ? [] : [`${file.path} imports ${found.specifier}: ${from} may not import ${to}`];
  });
}

function forbiddenPackages(file: SourceFile): string[] {
  const from = moduleOf(file.path);
  const names = file.imports.map((found) => found.specifier).filter((name) => !name.startsWith('.'));
  const foreign = names.filter((name) =>
    packageOwners.some((row) => row.package.test(name) && !row.owners.includes(from)),
  );
  const node = names.filter((name) => name.startsWith('node:') && withoutNode.includes(from));
  return [...foreign, ...node].map((name) => `${file.path} imports ${name}, which ${from} may not`);
}

/** A file without functions is a table and may be as long as its data. */
function oversize(file: SourceFile): string[] {
  if (isGenerated(file) || exemptions[file.path]) return [];
  const long = file.functions.filter((f) => f.lines > (f.hasJsx ? limits.component : limits.function));
  const inFunctions = long.map((f) => `${file.path}:${f.line} ${f.name} has ${f.lines} lines`);
  const isLong = file.lines > limits.file && file.functions.length > 0;
  return isLong ? [`${file.path} has ${file.lines} lines`, ...inFunctions] : inFunctions;
}

const folders = ['src', 'workers', 'tools'].filter((folder) =>
  existsSync(new URL(`../${folder}`, import.meta.url)),
);
const files = readSources(folders);

describe('the source tree', () => {
  it('imports along the table only', () => {
    expect(files.flatMap(forbiddenImports)).toEqual([]);
  });

  it('keeps packages with the modules that own them', () => {
    expect(files.filter((file) => !isGenerated(file)).flatMap(forbiddenPackages)).toEqual([]);
  });

  it('has no import cycles', () => {
    expect(importCycles(files)).toEqual([]);
  });

  it('keeps files and functions short', () => {
    expect(files.flatMap(oversize)).toEqual([]);
  });

  it('has no barrels', () => {
    const barrels = files.filter((file) => file.isBarrel && !isGenerated(file));
    expect(barrels.map((file) => file.path)).toEqual([]);
  });

  it('names files in camelCase (components as they are called), by what they hold', () => {
    const named = /^([a-z][A-Za-z0-9]*(\.[a-z]+)*\.tsx?|[A-Z][A-Za-z0-9]*\.tsx)$/;
    const vague = /(utils?|helpers?|manager|handler)\b/i;
    const isMisnamed = (name: string) => !named.test(name) || vague.test(name.replace(/\..*$/, ''));
    const paths = files.filter((file) => !isGenerated(file)).map((file) => file.path);
    expect(paths.filter((path) => isMisnamed(path.split('/').at(-1) ?? ''))).toEqual([]);
  });

  it('lifts no limit for a file that is gone', () => {
    const paths = new Set(files.map((file) => file.path));
    expect(Object.keys(exemptions).filter((path) => !paths.has(path))).toEqual([]);
  });
});

describe('the checks themselves', () => {
  const source = (path: string, text: string) => parseSource(path, text);

  it('see an import against the table in every form', () => {
    const text = `
      import { a } from '../onnx/decode.ts';
      export { b } from '../onnx/encode.ts';
      const c = await import('../onnx/decode.ts');
      let d: import('../onnx/decode.ts').D;`;
    expect(forbiddenImports(source('src/graph/x.ts', text))).toHaveLength(4);
  });

  it('let types through where the table says so, and no code', () => {
    const typeImport = source('src/runtime/x.ts', `import type { Model } from '../graph/model.ts';`);
    const codeImport = source('src/runtime/x.ts', `import { validate } from '../graph/validate.ts';`);
    expect(forbiddenImports(typeImport)).toEqual([]);
    expect(forbiddenImports(codeImport)).toHaveLength(1);
  });

  it('see a package outside its module', () => {
    expect(forbiddenPackages(source('src/ui/x.ts', `import 'onnxruntime-web/webgpu';`))).toHaveLength(1);
    expect(forbiddenPackages(source('src/graph/x.ts', `import 'node:fs';`))).toHaveLength(1);
  });

  it('see a cycle of code, not of types', () => {
    const cycle = (kind: string) =>
      importCycles([
        source('src/graph/a.ts', `import { b } from './b.ts';`),
        source('src/graph/b.ts', `import ${kind} { a } from './a.ts';`),
      ]);
    expect(cycle('')).toEqual([['src/graph/a.ts', 'src/graph/b.ts', 'src/graph/a.ts']]);
    expect(cycle('type')).toEqual([]);
  });

  it('count the lines of functions, with more room for components', () => {
    const body = '\n  step();'.repeat(50);
    expect(oversize(source('src/graph/x.ts', `const long = () => {${body}\n};`))).toEqual([
      'src/graph/x.ts:1 long has 52 lines',
    ]);
    expect(oversize(source('src/ui/x.tsx', `function Panel() {${body}\n return <p />;\n}`))).toEqual([]);
    expect(oversize(source('src/graph/x.ts', `f(() => 1);${body.repeat(6)}`))).toHaveLength(1);
  });

  it('recognise a barrel', () => {
    expect(source('src/graph/x.ts', `export * from './a.ts'; export const b = 1;`).isBarrel).toBe(true);
    expect(source('src/graph/x.ts', `export { a } from './a.ts';`).isBarrel).toBe(true);
    expect(source('src/graph/x.ts', `export { a } from './a.ts'; export const b = 1;`).isBarrel).toBe(false);
  });
});
