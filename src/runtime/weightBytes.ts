import type { WeightFiles } from './device.ts';
import { RuntimeFailure } from './failure.ts';

/** A stretch of a weight file, and where it goes. */
export interface WeightRange {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  /** Position in what is read into. */
  readonly at: number;
}

type HeldFiles = Extract<WeightFiles, { files: unknown }>;

/** Weights that are handed over file by file. Throws `RuntimeFailure` for a folder, which WebAssembly cannot open. */
export function heldFiles(weights: WeightFiles): HeldFiles {
  if ('files' in weights) return weights;
  throw new RuntimeFailure(
    'missing-weights',
    `WebAssembly cannot read the folder ${weights.folder}; hand over its files.`,
  );
}

/** Reads stretches of files that are at hand into `into`. Throws `RuntimeFailure` naming the file that cannot be read. */
export async function readFromFiles(
  { files }: HeldFiles,
  ranges: readonly WeightRange[],
  into: Uint8Array,
): Promise<void> {
  const read = async ({ path, offset, length, at }: WeightRange) => {
    const data = files.find((file) => file.path === path)?.data;
    const bytes = await naming(path, () => bytesAt(data, offset, offset + length));
    assertLength(path, bytes.length, length);
    into.set(bytes, at);
  };
  // One after another, large stretches need memory beside `into` for one of them only.
  const [small, large] = [ranges.filter(isSmall), ranges.filter((range) => !isSmall(range))];
  for (const range of large) await read(range);
  await Promise.all(small.map(read));
}

const isSmall = ({ length }: WeightRange) => length < 2 ** 16;

async function bytesAt(
  data: Uint8Array | Blob | URL | undefined,
  start: number,
  end: number,
): Promise<Uint8Array> {
  if (data instanceof Uint8Array) return data.subarray(start, end);
  if (data instanceof Blob) return new Uint8Array(await data.slice(start, end).arrayBuffer());
  throw new Error(data ? 'it is given as a URL' : 'it was not handed over');
}

/** Throws that a file ended before everything was read. */
export function assertLength(path: string, read: number, wanted: number): void {
  if (read === wanted) return;
  throw new RuntimeFailure(
    'missing-weights',
    `The weight file ${path} ended before all weights were read from it; download the model again and resume from the last checkpoint.`,
  );
}

/** Says which file could not be read, and what to do. */
export async function naming<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof RuntimeFailure) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new RuntimeFailure(
      'missing-weights',
      `The weight file ${path} cannot be read (${reason.replace(/\.$/, '')}); put it back and resume from the last checkpoint.`,
      { cause: error },
    );
  }
}
