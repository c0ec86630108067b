import { splitName } from './byteStore.ts';
import type { FileWriter, LargeFileStore } from './largeFiles.ts';
import { opfsByteStore } from './opfsByteStore.ts';

/** A large file store whose files can be had as blobs, which stay on disk until they are read. */
export interface BlobStore extends LargeFileStore {
  /** Null where nothing has that name. */
  blob(name: string): Promise<Blob | null>;
}

/**
 * Keeps large files in the origin-private file system below the folder `root`. `append` works in workers only: it
 * writes in place through a synchronous handle, where `createWritable` would copy the file each time it is opened.
 */
export function opfsLargeFiles(root: string): BlobStore {
  const handleOf = async (name: string, create: boolean): Promise<FileSystemFileHandle> => {
    const { folder, file } = await locate(root, name, create);
    return folder.getFileHandle(file, { create });
  };
  const blob = async (name: string): Promise<Blob | null> => {
    try {
      return await (await handleOf(name, false)).getFile();
    } catch (error) {
      if (error instanceof DOMException && error.name === 'NotFoundError') return null;
      throw error;
    }
  };
  return {
    ...opfsByteStore(root),
    blob,
    size: async (name) => (await blob(name))?.size ?? null,
    append: async (name, from) => writerAt(await openHandle(await handleOf(name, true), name), from),
    async *pieces(name) {
      const reader = (await (await handleOf(name, false)).getFile()).stream().getReader();
      for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
    },
    async move(from, to) {
      const { folder, file } = await locate(root, to, true);
      await (await handleOf(from, false)).move(folder, file);
    },
    async freeBytes() {
      const { quota, usage } = await navigator.storage.estimate();
      return quota === undefined || usage === undefined ? null : quota - usage;
    },
  };
}

async function locate(root: string, name: string, create: boolean) {
  const { folders, file } = splitName(name);
  let folder = await navigator.storage.getDirectory();
  for (const part of [root, ...folders]) folder = await folder.getDirectoryHandle(part, { create });
  return { folder, file };
}

async function openHandle(file: FileSystemFileHandle, name: string): Promise<FileSystemSyncAccessHandle> {
  try {
    return await file.createSyncAccessHandle();
  } catch (error) {
    if (!(error instanceof DOMException) || error.name !== 'NoModificationAllowedError') throw error;
    throw new Error(`${name} is being written in another tab; wait for it, or close that tab.`, {
      cause: error,
    });
  }
}

function writerAt(handle: FileSystemSyncAccessHandle, from: number): FileWriter {
  handle.truncate(from);
  let at = from;
  return {
    async write(bytes) {
      const written = handle.write(bytes as Uint8Array<ArrayBuffer>, { at });
      if (written < bytes.length) throw new DOMException('The disk is full.', 'QuotaExceededError');
      at += written;
    },
    async close() {
      handle.flush();
      handle.close();
    },
  };
}
