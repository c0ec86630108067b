import { splitName, type ByteStore, type StoredFile } from './byteStore.ts';

/**
 * Keeps named bytes in the origin-private file system below the folder `root`. `createWritable` writes to a
 * second file that replaces the first on `close`, which is what makes a write all or nothing.
 */
export function opfsByteStore(root: string): ByteStore {
  const folderOf = async (
    folders: readonly string[],
    create: boolean,
  ): Promise<FileSystemDirectoryHandle> => {
    let folder = await navigator.storage.getDirectory();
    for (const name of [root, ...folders]) folder = await folder.getDirectoryHandle(name, { create });
    return folder;
  };
  return {
    read: (name) =>
      orNull(async () => {
        const { folders, file } = splitName(name);
        const handle = await (await folderOf(folders, false)).getFileHandle(file);
        return new Uint8Array(await (await handle.getFile()).arrayBuffer());
      }),
    async write(name, bytes) {
      const { folders, file } = splitName(name);
      const handle = await (await folderOf(folders, true)).getFileHandle(file, { create: true });
      await replaceContents(handle, bytes);
    },
    async delete(name) {
      await orNull(async () => {
        const { folders, file } = splitName(name.replace(/\/$/, ''));
        await (await folderOf(folders, false)).removeEntry(file, { recursive: true });
      });
    },
    async list(prefix) {
      const files = (await orNull(async () => walk(await folderOf([], false), ''))) ?? [];
      return files.filter(({ name }) => name.startsWith(prefix)).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
  };
}

async function replaceContents(handle: FileSystemFileHandle, bytes: Uint8Array): Promise<void> {
  const writable = await handle.createWritable();
  try {
    await writable.write(new Uint8Array(bytes));
    await writable.close();
  } catch (error) {
    await writable.abort().catch(() => undefined);
    throw isAbort(error) ? new DOMException('The disk is full.', 'QuotaExceededError') : error;
  }
}

/**
 * Chromium ends a write for which there is no room with an AbortError, which would pass for a person's wish; nobody else
 * aborts these writes. What it then estimates as free is not always what it refused by.
 */
const isAbort = (error: unknown) => error instanceof DOMException && error.name === 'AbortError';

async function walk(folder: FileSystemDirectoryHandle, prefix: string): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for await (const [entryName, entry] of folder.entries()) {
    const name = prefix + entryName;
    if (entry instanceof FileSystemDirectoryHandle) files.push(...(await walk(entry, `${name}/`)));
    else if (entry instanceof FileSystemFileHandle) files.push({ name, size: (await entry.getFile()).size });
  }
  return files;
}

async function orNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return null;
    throw error;
  }
}
