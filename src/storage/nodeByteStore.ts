import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { splitName, type ByteStore, type StoredFile } from './byteStore.ts';

const unfinished = '.new';

/** Keeps named bytes in files below `root`. */
export function nodeByteStore(root: string): ByteStore {
  const locate = (name: string): { folder: string; path: string } => {
    const { folders, file } = splitName(name);
    const folder = join(root, ...folders);
    return { folder, path: join(folder, file) };
  };
  return {
    async read(name) {
      return orNull(async () => new Uint8Array(await readFile(locate(name).path)));
    },
    async write(name, bytes) {
      const { folder, path } = locate(name);
      await mkdir(folder, { recursive: true });
      await writeFlushed(path + unfinished, bytes);
      await rename(path + unfinished, path);
    },
    async delete(name) {
      await rm(locate(name.replace(/\/$/, '')).path, { recursive: true, force: true });
    },
    async list(prefix) {
      const files = (await orNull(() => walk(root, ''))) ?? [];
      return files
        .filter(({ name }) => name.startsWith(prefix) && !name.endsWith(unfinished))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    },
  };
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function walk(root: string, prefix: string): Promise<StoredFile[]> {
  const entries = await readdir(join(root, prefix), { withFileTypes: true });
  const nested = await Promise.all(
    entries.map(async (entry): Promise<StoredFile[]> => {
      const name = prefix + entry.name;
      if (entry.isDirectory()) return walk(root, `${name}/`);
      return [{ name, size: (await stat(join(root, name))).size }];
    }),
  );
  return nested.flat();
}

async function orNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}
