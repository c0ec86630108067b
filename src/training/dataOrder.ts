import { mulberry32 } from '../random.ts';

/**
 * The endless order in which training visits rows: epoch after epoch, each one a permutation of its own (or file
 * order). Any stretch can be computed from the seed alone, so that a resumed run needs no generator state.
 */
export class DataOrder {
  readonly #rowCount: number;
  readonly #seed: number | null;
  #epoch = -1;
  #permutation: number[] = [];

  /** `seed` null keeps file order. */
  constructor(rowCount: number, seed: number | null) {
    this.#rowCount = rowCount;
    this.#seed = seed;
  }

  /** Row indices at the positions `start` to `start + count` of the endless order. */
  take(start: number, count: number): number[] {
    return Array.from({ length: count }, (_, i) => this.#at(start + i));
  }

  #at(position: number): number {
    const within = position % this.#rowCount;
    if (this.#seed === null) return within;
    const epoch = Math.floor(position / this.#rowCount);
    if (epoch !== this.#epoch) {
      this.#permutation = shuffledIndices(this.#rowCount, this.#seed, epoch);
      this.#epoch = epoch;
    }
    return this.#permutation[within]!;
  }
}

/** A permutation of 0…count−1 that depends on nothing but `seed` and `epoch` (Fisher-Yates). */
export function shuffledIndices(count: number, seed: number, epoch: number): number[] {
  const next = mulberry32(Math.imul(seed, 0x9e3779b1) ^ Math.imul(epoch + 1, 0x85ebca6b));
  const indices = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [indices[i], indices[j]] = [indices[j]!, indices[i]!];
  }
  return indices;
}
