import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFolder } from './modelFolder.ts';

interface ModelDirectoryOptions {
  readonly name?: string;
  readonly revision?: string;
  /** Hand sessions the weights' bytes instead of their place: WebAssembly cannot open files. */
  readonly inMemory?: boolean;
}

/**
 * A model folder on disk; sessions read its weights from there. What it is called and its revision are told where the
 * path says neither.
 * @throws when there is no such folder
 */
export function modelDirectory(
  path: string,
  { name = path, revision, inMemory = false }: ModelDirectoryOptions = {},
): ModelFolder {
  if (!existsSync(path))
    throw new Error(
      `There is no model folder ${path}; give the path of a folder with config.json and onnx/.`,
    );
  return {
    name,
    ...(revision !== undefined && { revision }),
    read: async (file) => {
      const full = join(path, file);
      return existsSync(full) ? new Uint8Array(await readFile(full)) : null;
    },
    sizeOf: async (file) => {
      const full = join(path, file);
      return existsSync(full) ? (await stat(full)).size : null;
    },
    weights: async (fileNames) => {
      if (!inMemory) return { folder: join(path, 'onnx') };
      const files = fileNames.map(async (file) => ({
        path: file,
        data: await readFile(join(path, 'onnx', file)),
      }));
      return { files: await Promise.all(files) };
    },
  };
}
