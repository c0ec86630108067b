import type { Initializer, WeightRef } from '../graph/model.ts';

/** Reads the bytes of a reference; the location `''` means the model file itself. */
export type ReadWeightBytes = (ref: WeightRef) => Uint8Array | Promise<Uint8Array>;

/**
 * An initializer's raw bytes (little-endian, packed), wherever they are.
 * @throws Error naming the initializer when its file is shorter than the reference says
 */
export async function readWeight(initializer: Initializer, readBytes: ReadWeightBytes): Promise<Uint8Array> {
  const { name, data } = initializer;
  if ('bytes' in data) return data.bytes;
  const bytes = await readBytes(data);
  if (bytes.length === data.length) return bytes;
  throw new Error(
    `Weight ${name} needs ${data.length} bytes at ${data.offset} of ${data.location || 'the model file'}, ` +
      `but ${bytes.length} could be read; the file is probably cut off, download it again.`,
  );
}
