/** Named bytes. A write is all or nothing: a reader sees the old bytes or the new ones, never a part. */
export interface ByteStore {
  /** Returns null where nothing has that name. */
  read(name: string): Promise<Uint8Array<ArrayBuffer> | null>;
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Deletes the name, or every name below it when it ends in "/". Does nothing where there is none. */
  delete(name: string): Promise<void>;
  /** Names that begin with `prefix`, with their sizes in bytes, sorted by name. */
  list(prefix: string): Promise<StoredFile[]>;
}

export interface StoredFile {
  readonly name: string;
  readonly size: number;
}

const segmentPattern = /^[\w][\w.-]*$/;

/** Splits "runs/7/adapter.zip" into its folders and file name. Throws on names that could leave the store. */
export function splitName(name: string): { folders: string[]; file: string } {
  const segments = name.split('/');
  if (!segments.every((segment) => segmentPattern.test(segment))) {
    throw new Error(
      `"${name}" cannot name stored bytes: use letters, digits, ".", "-" and "_" between slashes.`,
    );
  }
  return { folders: segments.slice(0, -1), file: segments.at(-1)! };
}
