import type { ListedFile } from './modelFiles.ts';
import { TransferRate } from './transferRate.ts';

export interface FileProgress {
  readonly path: string;
  readonly bytes: number;
  readonly size: number;
}

/** How far several files are, each and altogether. */
export interface DownloadProgress {
  readonly bytes: number;
  readonly totalBytes: number;
  /** Null until the speed is known. */
  readonly secondsLeft: number | null;
  readonly files: readonly FileProgress[];
}

const tellEveryMs = 100;

/**
 * Adds up what files report: takes the bytes that are there of a file, each time there are more. Tells no more than ten
 * times per second, because pieces arrive by the thousand, and once more when all is there.
 */
export function tallyOf(
  files: readonly ListedFile[],
  tell: ((progress: DownloadProgress) => void) | undefined,
): (path: string, bytes: number) => void {
  const arrived = new Map(files.map(({ path }) => [path, 0]));
  const totalBytes = files.reduce((sum, { size }) => sum + size, 0);
  const rate = new TransferRate();
  let toldAt = -Infinity;
  return (path, fileBytes) => {
    arrived.set(path, fileBytes);
    const bytes = [...arrived.values()].reduce((sum, count) => sum + count, 0);
    const now = performance.now();
    if (now - toldAt < tellEveryMs && bytes < totalBytes) return;
    toldAt = now;
    rate.note(bytes);
    tell?.({
      bytes,
      totalBytes,
      secondsLeft: rate.secondsLeft(totalBytes),
      files: files.map(({ path: name, size }) => ({ path: name, size, bytes: arrived.get(name) ?? 0 })),
    });
  };
}
