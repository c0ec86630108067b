import { readFileSync } from 'node:fs';
import type { SourceFile } from '../../src/sources/sourceFile.ts';

/** A file of tests/fixtures/sources. */
export function sourceFixture(name: string): SourceFile {
  return {
    name,
    bytes: new Uint8Array(readFileSync(new URL(`../fixtures/sources/${name}`, import.meta.url))),
  };
}

/** A file of this text. */
export const textFile = (name: string, text: string): SourceFile => ({
  name,
  bytes: new TextEncoder().encode(text),
});
