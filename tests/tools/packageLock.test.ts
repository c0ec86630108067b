import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')) as unknown;
const { packages } = read('package-lock.json') as { packages: Readonly<Record<string, Locked>> };
const copiesOf = (name: string) =>
  Object.keys(packages).filter((path) => path.endsWith(`node_modules/${name}`));

it.each(['package-lock.json', 'tools/bench/rivals/package-lock.json'])('%s names no registry', (name) => {
  const { packages: locked } = read(name) as { packages: Readonly<Record<string, Locked>> };
  expect(Object.keys(locked).filter((path) => locked[path]?.resolved)).toEqual([]);
});

// `npm ci` refuses a lock that leaves one of these out, even one for another operating system. A registry that lacks
// a package makes `npm install` leave it out silently; then add the entry by hand (version, os, cpu, libc).
it('holds every optional package, of all operating systems', () => {
  const optional = Object.values(packages).flatMap((locked) =>
    Object.keys(locked.optionalDependencies ?? {}),
  );
  expect(optional.filter((name) => copiesOf(name).length === 0)).toEqual([]);
});

it('holds one onnxruntime-web and one transformers.js', () => {
  expect(copiesOf('onnxruntime-web')).toEqual(['node_modules/onnxruntime-web']);
  expect(copiesOf('@huggingface/transformers')).toEqual(['node_modules/@huggingface/transformers']);
});

it('has exact versions of all direct dependencies', () => {
  const { dependencies, devDependencies } = read('package.json') as Locked;
  const versions = Object.entries({ ...dependencies, ...devDependencies });
  expect(versions.filter(([name, version]) => packages[`node_modules/${name}`]?.version !== version)).toEqual(
    [],
  );
});
