import { mulberry32 } from '../random.ts';

/**
 * A stream of uniform numbers in [0, 1) that depends on `seed` and `stream` alone (mulberry32, started from a mixed
 * hash of both). One stream per prompt makes a sampled completion independent of the batch it was part of.
 */
export function seededRandom(seed: number, stream: number): () => number {
  return mulberry32(mix(mix(seed >>> 0) ^ Math.imul(stream + 1, 0x9e3779b1)));
}

/** The finaliser of MurmurHash3: neighbouring seeds give unrelated states. */
function mix(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
