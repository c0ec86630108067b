import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';

/** A text file that a person named. @throws saying which file is not there */
export async function readInputFile(path: string): Promise<string> {
  return new TextDecoder().decode(await readInputBytes(path));
}

/** The bytes of a file that a person named. @throws saying which file is not there */
export async function readInputBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  if (!existsSync(path)) throw new Error(`There is no file ${path}.`);
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    throw new Error(`${path} cannot be read (${codeOf(error)}); give the path of a file.`, {
      cause: error,
    });
  }
}

/** Reads what `parse` makes of a file, whose name its complaints then begin with. */
export async function parseInputFile<T>(path: string, parse: (text: string) => T): Promise<T> {
  const text = await readInputFile(path);
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Makes the folder for results before any work is done for it. @throws saying that it cannot be made */
export async function makeOutFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new Error(`The folder ${path} cannot be made (${codeOf(error)}); choose another --out.`, {
      cause: error,
    });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
