/** A repeatable stream of random numbers; everything random in data making and evaluation comes from one. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  /** `count` different elements in random order; all of them when there are fewer. */
  sample<T>(values: readonly T[], count: number): T[];
}

/**
 * The stream named by `parts`: equal parts, equal stream. Naming the unit of work (`seed`, 'prompt', 17) rather than
 * drawing from one long stream is what lets an interrupted run continue with the same numbers.
 */
export function createRandom(...parts: readonly (string | number)[]): Random {
  const next = mulberry32(hash(parts.join('\u0000')));
  const below = (bound: number): number => Math.floor(next() * bound);
  return { next, below, sample: (values, count) => sample(values, count, below) };
}

/** Uniform numbers in [0, 1) from a 32-bit state: mulberry32 (Tommy Ettinger, public domain). */
export function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The first `count` steps of a Fisher-Yates shuffle. */
function sample<T>(values: readonly T[], count: number, below: (bound: number) => number): T[] {
  const pool = [...values];
  const end = Math.min(count, pool.length);
  for (let i = 0; i < end; i++) {
    const j = i + below(pool.length - i);
    [pool[i], pool[j]] = [pool[j] as T, pool[i] as T];
  }
  return pool.slice(0, end);
}

/** FNV-1a over UTF-16 units, with a final avalanche so that neighbouring names give unrelated streams. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
