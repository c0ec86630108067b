import type { Device, WeightFiles } from '../runtime/device.ts';
import type { WeightRange } from '../runtime/weightBytes.ts';
import { weightsPath, type PieceRange, type StreamedPiece } from './streamedProgram.ts';

/**
 * Reads the weights of one piece after another into one buffer: garbage of that size would be collected too late. What
 * was read for a piece is there until the next `read`.
 */
export class PieceWeights {
  readonly #device: Device;
  readonly #files: WeightFiles;
  #buffer = new Uint8Array(0);

  constructor(device: Device, files: WeightFiles) {
    this.#device = device;
    this.#files = files;
  }

  /** Makes room for the longest of pieces that are about to be read. */
  reserve(pieces: readonly StreamedPiece[]): void {
    const longest = Math.max(...pieces.map(({ weights }) => weights.length));
    if (longest > this.#buffer.length) this.#buffer = new Uint8Array(longest);
  }

  /** Reads a piece's weights; `tokens` are those of the batch. Throws `RuntimeFailure` naming a file that it cannot read. */
  async read({ weights }: StreamedPiece, tokens: BigInt64Array): Promise<void> {
    for (const range of weights.ranges)
      if ('fill' in range) this.#buffer.fill(range.fill, range.at, range.at + range.length);
    const stretches = weights.ranges.flatMap((range) => stretchesOf(range, tokens));
    await this.#device.readWeights(this.#files, stretches, this.#buffer);
  }

  /** What was read, as the piece's session takes it. */
  filesFor({ weights: { length } }: StreamedPiece): WeightFiles {
    return { files: length > 0 ? [{ path: weightsPath, data: this.#buffer.subarray(0, length) }] : [] };
  }
}

function stretchesOf(range: PieceRange, tokens: BigInt64Array): WeightRange[] {
  if ('fill' in range) return [];
  if (!('rowBytes' in range)) return [range];
  const { path, offset, at, rowBytes, rows } = range;
  return Array.from(tokens, (token, i) => {
    if (token < 0n || token >= rows)
      throw new Error(`Token ${token} is not in the model's vocabulary of ${rows} tokens.`);
    return { path, offset: offset + Number(token) * rowBytes, length: rowBytes, at: at + i * rowBytes };
  });
}
