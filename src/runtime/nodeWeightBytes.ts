import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { assertLength, naming, type WeightRange } from './weightBytes.ts';

/**
 * Reads stretches of the files in a folder into `into`. The files are open only meanwhile, so a file that vanishes is
 * noticed. Throws `RuntimeFailure` naming the file that cannot be read.
 */
export async function readFromFolder(
  folder: string,
  ranges: readonly WeightRange[],
  into: Uint8Array,
): Promise<void> {
  for (const path of new Set(ranges.map((range) => range.path))) {
    const own = ranges.filter((range) => range.path === path);
    await naming(path, async () => {
      const file = await open(join(folder, path));
      try {
        for (const range of own) await readAll(file, range, into);
      } finally {
        await file.close();
      }
    });
  }
}

/** A single read may give only a part. */
async function readAll(file: FileHandle, { path, offset, length, at }: WeightRange, into: Uint8Array) {
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(into, at + done, length - done, offset + done);
    if (bytesRead === 0) assertLength(path, done, length);
    done += bytesRead;
  }
}
