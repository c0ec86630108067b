import { createReadStream } from 'node:fs';
import { mkdir, open, rename, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { splitName } from './byteStore.ts';
import type { FileWriter, LargeFileStore } from './largeFiles.ts';
import { nodeByteStore } from './nodeByteStore.ts';

/** Where the bytes of a name lie below `root`. */
export function pathBelow(root: string, name: string): string {
  const { folders, file } = splitName(name);
  return join(root, ...folders, file);
}

/** Keeps large files below the folder `root`. */
export function nodeLargeFiles(root: string): LargeFileStore {
  const pathOf = (name: string) => pathBelow(root, name);
  return {
    ...nodeByteStore(root),
    async size(name) {
      return stat(pathOf(name)).then(
        ({ size }) => size,
        () => null,
      );
    },
    append: (name, from) => openWriter(pathOf(name), from),
    pieces: (name) => createReadStream(pathOf(name), { highWaterMark: 1 << 20 }),
    async move(from, to) {
      await mkdir(dirname(pathOf(to)), { recursive: true });
      await rename(pathOf(from), pathOf(to));
    },
    async freeBytes() {
      return statfs(root).then(
        ({ bavail, bsize }) => bavail * bsize,
        () => null,
      );
    },
  };
}

async function openWriter(path: string, from: number): Promise<FileWriter> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, from === 0 ? 'w' : 'r+');
  await file.truncate(from);
  let at = from;
  return {
    async write(bytes) {
      // A single write may take only a part.
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, at);
        done += bytesWritten;
        at += bytesWritten;
      }
    },
    async close() {
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}
