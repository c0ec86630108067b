// Synchronous file access of the origin-private file system exists in workers only, so TypeScript declares it in
// its "webworker" library, which cannot be loaded next to "dom". These are the parts that storage needs.

interface FileSystemReadWriteOptions {
  at?: number;
}

interface FileSystemSyncAccessHandle {
  close(): void;
  flush(): void;
  getSize(): number;
  read(buffer: AllowSharedBufferSource, options?: FileSystemReadWriteOptions): number;
  truncate(newSize: number): void;
  write(buffer: AllowSharedBufferSource, options?: FileSystemReadWriteOptions): number;
}

interface FileSystemFileHandle {
  createSyncAccessHandle(): Promise<FileSystemSyncAccessHandle>;
  /** Not in TypeScript's libraries yet; Chrome, Firefox and Safari have it for the origin-private file system. */
  move(folder: FileSystemDirectoryHandle, name: string): Promise<void>;
}
