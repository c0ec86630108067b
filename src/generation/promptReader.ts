import { disposeCache, type Cache } from './cache.ts';
import { joinAll, type CachedRows } from './cachedRows.ts';
import type { CacheRows } from './cacheRows.ts';
import type { CompletionRow } from './completionRow.ts';
import type { DecoderSteps } from './decoderSteps.ts';
import type { SharedPrefix } from './sharedPrefixes.ts';

export interface PromptReaderParts {
  readonly decoder: DecoderSteps;
  readonly cacheRows: CacheRows;
  /** Most rows that run together; no more prefixes than that are kept. */
  readonly batchSize: number;
}

/** A prefix that has been read. */
interface ReadPrefix {
  readonly cache: Cache;
  /** [vocabulary], after its last token. */
  readonly logits: Float32Array;
}

/** Rows whose prompts are in the cache. */
export interface ReadRows {
  readonly cached: CachedRows;
  /** [vocabulary] of each row, in the order of `cached.rows`. */
  readonly logits: readonly Float32Array[];
}

/**
 * Reads prompts. Those without a shared prefix are read together, as a left-padded batch. A shared one is read once, by
 * itself; after it comes what is left of each prompt, one at a time (GroupQueryAttention takes several tokens after a
 * cache in a batch of one only). No padding is anywhere, so states of convolutions go on too, and a row gets what it
 * gets when its prompt is read alone: bit for bit on the CPU. Equal prompts are read once altogether.
 * Hold one for a call: adapters change what a prefix is in the cache.
 */
export class PromptReader {
  readonly #parts: PromptReaderParts;
  readonly #prefixes: ReadonlyMap<CompletionRow, SharedPrefix>;
  readonly #held = new Map<SharedPrefix, ReadPrefix>();
  readonly #unread = new Map<SharedPrefix, number>();

  constructor(parts: PromptReaderParts, prefixes: ReadonlyMap<CompletionRow, SharedPrefix>) {
    this.#parts = parts;
    this.#prefixes = prefixes;
    for (const prefix of prefixes.values()) this.#unread.set(prefix, prefix.prompts);
  }

  /** Reads the prompts of `rows`; `ready` is awaited between runs of the model. The caller disposes the cache. */
  async read(rows: readonly CompletionRow[], ready: () => Promise<void>): Promise<ReadRows> {
    const parts: CachedRows[] = [];
    const logits = new Map<CompletionRow, Float32Array>();
    try {
      for await (const part of this.#readParts(rows, ready)) {
        parts.push(part.cached);
        part.cached.rows.forEach((row, i) => logits.set(row, part.logits[i]!));
      }
    } catch (error) {
      for (const { cache } of parts) disposeCache(cache);
      throw error;
    }
    const cached = await joinAll(this.#parts.cacheRows, parts);
    return { cached, logits: cached.rows.map((row) => logits.get(row)!) };
  }

  dispose(): void {
    for (const prefix of this.#held.keys()) this.#drop(prefix);
  }

  async *#readParts(rows: readonly CompletionRow[], ready: () => Promise<void>): AsyncGenerator<ReadRows> {
    const prefixOf = (row: CompletionRow) => this.#prefixes.get(row);
    const apart = rows.filter((row) => !prefixOf(row));
    if (apart.length > 0) yield await this.#readTogether(apart);
    for (const prefix of new Set(rows.map(prefixOf))) {
      if (!prefix) continue;
      const sharing = rows.filter((row) => prefixOf(row) === prefix);
      const first = this.#held.get(prefix) ?? (await this.#readPrefix(prefix, ready));
      if (sharing[0]!.prompt.ids.length === prefix.ids.length)
        yield await this.#repeat(prefix, first, sharing);
      else for (const row of sharing) yield await this.#readRest(prefix, first, row, ready);
      this.#countRead(prefix, sharing.length);
    }
  }

  async #readTogether(rows: readonly CompletionRow[]): Promise<ReadRows> {
    const ids = rows.map((row) => row.prompt.ids);
    const { logits, cache } = await this.#parts.decoder.run({ ids, cached: rows.map(() => 0), past: null });
    const cached = ids.map((row) => row.length);
    return {
      cached: { rows, cached, cache, length: Math.max(...cached) },
      logits: rowsOf(logits, rows.length),
    };
  }

  async #readPrefix(prefix: SharedPrefix, ready: () => Promise<void>): Promise<ReadPrefix> {
    await ready();
    const read = await this.#parts.decoder.run({ ids: [prefix.ids], cached: [0], past: null });
    const [oldest] = this.#held.keys();
    // It is read again should it be needed again.
    if (oldest && this.#held.size >= this.#parts.batchSize) this.#drop(oldest);
    this.#held.set(prefix, read);
    return read;
  }

  /** Rows whose whole prompt has been read. */
  async #repeat(
    { ids }: SharedPrefix,
    { cache, logits }: ReadPrefix,
    rows: readonly CompletionRow[],
  ): Promise<ReadRows> {
    const { length } = ids;
    const copies = await this.#parts.cacheRows.keep({ cache, rows: rows.map(() => 0), length }, length);
    return {
      cached: { rows, cached: rows.map(() => length), cache: copies, length },
      logits: rows.map(() => logits),
    };
  }

  async #readRest(
    prefix: SharedPrefix,
    { cache }: ReadPrefix,
    row: CompletionRow,
    ready: () => Promise<void>,
  ): Promise<ReadRows> {
    await ready();
    const { length } = prefix.ids;
    const { ids } = row.prompt;
    const past = { cache, length };
    const read = await this.#parts.decoder.run({ ids: [ids.slice(length)], cached: [length], past });
    return {
      cached: { rows: [row], cached: [ids.length], cache: read.cache, length: ids.length },
      logits: [read.logits],
    };
  }

  #countRead(prefix: SharedPrefix, rows: number): void {
    const unread = (this.#unread.get(prefix) ?? 0) - rows;
    this.#unread.set(prefix, unread);
    if (unread === 0) this.#drop(prefix);
  }

  #drop(prefix: SharedPrefix): void {
    const held = this.#held.get(prefix);
    if (held) disposeCache(held.cache);
    this.#held.delete(prefix);
  }
}

/** [B, vocabulary] by row. */
export function rowsOf(logits: Float32Array, rows: number): Float32Array[] {
  const size = logits.length / rows;
  return Array.from({ length: rows }, (_, i) => logits.subarray(i * size, (i + 1) * size));
}
