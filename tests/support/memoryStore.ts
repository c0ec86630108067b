import type { LargeFileStore } from '../../src/storage/largeFiles.ts';

/** Small files in memory, read and written whole. */
export function memoryStore(): LargeFileStore {
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const unused = () => Promise.reject(new TypeError('This store reads and writes whole files only.'));
  return {
    read: (name) => Promise.resolve(files.get(name) ?? null),
    write: (name, bytes) => Promise.resolve(void files.set(name, Uint8Array.from(bytes))),
    list: (prefix) =>
      Promise.resolve(
        [...files]
          .filter(([name]) => name.startsWith(prefix))
          .map(([name, { length }]) => ({ name, size: length })),
      ),
    size: (name) => Promise.resolve(files.get(name)?.length ?? null),
    delete: unused,
    append: unused,
    pieces: () => {
      throw new TypeError('This store reads and writes whole files only.');
    },
    move: unused,
    freeBytes: () => Promise.resolve(null),
  };
}
