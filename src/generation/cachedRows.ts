import { disposeCache, type Cache } from './cache.ts';
import type { CacheRows, RowChoice } from './cacheRows.ts';
import type { CompletionRow } from './completionRow.ts';

/** Rows on the device. All of them are cached to the same length, the shorter ones behind padding. */
export interface CachedRows {
  readonly rows: readonly CompletionRow[];
  /** Tokens of each row in the cache. */
  readonly cached: readonly number[];
  readonly cache: Cache;
  /** Positions in the cache. */
  readonly length: number;
}

/** The rows that are not finished, with where they lie in the cache. */
export function liveRows({ rows, cached, cache, length }: CachedRows): {
  readonly rows: readonly CompletionRow[];
  readonly cached: readonly number[];
  readonly choice: RowChoice;
} {
  const live = rows.flatMap((row, i) => (row.isFinished ? [] : [i]));
  return {
    rows: live.map((i) => rows[i]!),
    cached: live.map((i) => cached[i]!),
    choice: { cache, rows: live, length },
  };
}

/** The rows of both that are not finished, in a cache of their own. Both have such rows; the caller disposes all three. */
export async function joinLive(
  cacheRows: CacheRows,
  first: CachedRows,
  second: CachedRows,
): Promise<CachedRows> {
  const [old, added] = [liveRows(first), liveRows(second)];
  const cached = [...old.cached, ...added.cached];
  const length = Math.max(...cached);
  const cache = await cacheRows.join(old.choice, added.choice, length);
  return { rows: [...old.rows, ...added.rows], cached, cache, length };
}

/**
 * All of `parts` as one, two and two at a time, so that few rows are copied often. Takes the parts over: they are empty
 * afterwards, and disposed, also where it fails.
 */
export async function joinAll(cacheRows: CacheRows, parts: CachedRows[]): Promise<CachedRows> {
  try {
    while (parts.length > 1) {
      const [first, second] = parts as [CachedRows, CachedRows];
      parts.push(await joinLive(cacheRows, first, second));
      for (const { cache } of parts.splice(0, 2)) disposeCache(cache);
    }
    return parts.pop()!;
  } finally {
    for (const { cache } of parts.splice(0)) disposeCache(cache);
  }
}
