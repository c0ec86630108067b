import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { documentEndings, readDocument } from '../sources/readDocument.ts';
import type { Domain } from '../specialize/domain.ts';
import type { SourceDocument } from '../specialize/retrieve.ts';
import { readInputBytes } from './files.ts';

/**
 * The domain's own documents, whose paths are relative to its file, and those of `--documents`, folders with all that lies in
 * them. Their ids are paths relative to the domain's file.
 * @throws naming the file that is not there or cannot be read
 */
export async function readDocuments(
  domainPath: string,
  domain: Domain,
  further: readonly string[],
): Promise<SourceDocument[]> {
  const folder = dirname(domainPath);
  const own = domain.documents.map((name) => join(folder, name));
  const paths = [...own, ...(await Promise.all(further.map(filesIn))).flat()];
  // A folder may hold what the domain names.
  const names = new Set(paths.map((path) => relative(folder, path)));
  const documents: SourceDocument[] = [];
  // One at a time: a PDF takes many times its size while it is read.
  for (const name of names)
    documents.push(await readDocument({ name, bytes: await readInputBytes(join(folder, name)) }));
  return documents;
}

async function filesIn(path: string): Promise<string[]> {
  if (!existsSync(path)) throw new Error(`There is no file or folder ${path}; --documents takes one.`);
  if (!(await stat(path)).isDirectory()) return [path];
  const names = await readdir(path, { recursive: true });
  const known = names.filter((name) => documentEndings.test(name)).sort();
  if (known.length === 0)
    throw new Error(`${path} holds no .txt, .md, .html, .pdf or .docx file; choose another folder.`);
  return known.map((name) => join(path, name));
}
