import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelFolder } from './modelFolder.ts';

/**
 * A model folder on disk; sessions read its weights from there. What it is called and its revision are told where the
 * path says neither.
 * @throws when there is no such folder
 */
export function modelDirectory(
  path: string,
  { name = path, revision }: { readonly name?: string; readonly revision?: string } = {},
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
    weights: async () => ({ folder: join(path, 'onnx') }),
  };
}
