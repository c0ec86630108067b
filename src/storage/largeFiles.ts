import type { ByteStore } from './byteStore.ts';

/** A file that grows piece by piece. Only what was written before `close` is sure to be there afterwards. */
export interface FileWriter {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Named bytes, some of which are too large to be in memory at once. Names are as in `ByteStore`. */
export interface LargeFileStore extends ByteStore {
  /** Bytes stored under the name; null where there are none of that name. */
  size(name: string): Promise<number | null>;
  /** Opens for writing at `from`, cutting off whatever lies beyond; creates the file where there is none. */
  append(name: string, from: number): Promise<FileWriter>;
  /** The bytes from the start, in pieces. Throws where nothing has that name. */
  pieces(name: string): AsyncIterable<Uint8Array>;
  /** Gives a file another name, replacing what has that name; all or nothing. */
  move(from: string, to: string): Promise<void>;
  /** Bytes that may still be stored; null where that is not known. */
  freeBytes(): Promise<number | null>;
}
