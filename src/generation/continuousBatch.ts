import { disposeCache, type Cache } from './cache.ts';
import type { CacheRows, RowChoice } from './cacheRows.ts';
import type { CompletionRow } from './completionRow.ts';
import type { DecoderSteps } from './decoderSteps.ts';
import { passGate } from './passGate.ts';

/** What happens while rows run. */
export interface RowEvents {
  readonly signal?: AbortSignal | undefined;
  /** Awaited before each run of the model; a promise that stays open pauses. */
  readonly gate?: (() => Promise<void>) | undefined;
  /** A row took a token; `isFinished` when it was its last. */
  readonly onToken: (row: CompletionRow, isFinished: boolean) => void;
  /** The model has run: over `live` rows where `possible` ones could have been, or (`null`) to read prompts. */
  readonly onStep: (rows: { readonly live: number; readonly possible: number } | null) => void;
}

export interface ContinuousBatchParts {
  readonly decoder: DecoderSteps;
  readonly cacheRows: CacheRows;
  /** Most rows that run together. */
  readonly batchSize: number;
}

/**
 * Generates until every row is finished or the signal aborts: as rows finish, others take their places, so that a long
 * one holds nobody up. Rows come in the given order, and which rows share a step depends on nothing but how many tokens
 * each takes. When none wait any more, the batch shrinks to those still running.
 */
export async function generateContinuously(
  parts: ContinuousBatchParts,
  rows: readonly CompletionRow[],
  events: RowEvents,
): Promise<void> {
  const batch = new RunningBatch(parts, events);
  const waiting = [...rows];
  const worthReading = Math.ceil(parts.batchSize / 8); // reading prompts is a run of the model by itself
  try {
    for (;;) {
      await passGate(events.gate, events.signal);
      if (events.signal?.aborted) return;
      const places = parts.batchSize - batch.live;
      if (waiting.length > 0 && places >= Math.min(worthReading, waiting.length)) {
        await batch.add(waiting.splice(0, places));
      } else if (batch.live > 0) {
        if (waiting.length === 0) await batch.dropFinished();
        await batch.step(waiting.length);
      } else return;
    }
  } finally {
    batch.dispose();
  }
}

/** Rows on the device. All of them are cached to the same length, the shorter ones behind padding. */
interface CachedRows {
  readonly rows: readonly CompletionRow[];
  /** Tokens of each row in the cache. */
  readonly cached: readonly number[];
  readonly cache: Cache;
  /** Positions in the cache. */
  readonly length: number;
}

class RunningBatch {
  readonly #parts: ContinuousBatchParts;
  readonly #events: RowEvents;
  #running: CachedRows | null = null;

  constructor(parts: ContinuousBatchParts, events: RowEvents) {
    this.#parts = parts;
    this.#events = events;
  }

  /** Rows that are not finished. */
  get live(): number {
    return this.#running?.rows.filter((row) => !row.isFinished).length ?? 0;
  }

  /** Reads the prompts of `rows` together, as a left-padded batch of their own, and puts them in the place of finished rows. */
  async add(rows: readonly CompletionRow[]): Promise<void> {
    const ids = rows.map((row) => row.prompt.ids);
    const { logits, cache } = await this.#parts.decoder.run({ ids, cached: rows.map(() => 0), past: null });
    const cached = ids.map((row) => row.length);
    const fresh = { rows, cached, cache, length: Math.max(...cached) };
    const running = this.#running;
    if (!running || this.live === 0) {
      this.#replace(fresh);
      this.#takeTokens(rows, logits, null);
      return;
    }
    try {
      this.#takeTokens(rows, logits, null);
      await this.#join(running, fresh);
    } finally {
      disposeCache(cache);
    }
  }

  /** Takes finished rows, and padding that all others share, out of the cache. */
  async dropFinished(): Promise<void> {
    const running = this.#running;
    if (!running || this.live === running.rows.length) return;
    const { rows, cached, choice } = liveRows(running);
    const length = Math.max(...cached);
    this.#replace({ rows, cached, cache: await this.#parts.cacheRows.keep(choice, length), length });
  }

  /** One token for every row that is not finished; `waiting` rows could have run beside them. */
  async step(waiting: number): Promise<void> {
    const running = this.#running;
    if (!running) return;
    const { rows, cached, cache: old, length } = running;
    const ids = rows.map((row) => [row.lastToken]);
    const { logits, cache } = await this.#parts.decoder.run({ ids, cached, past: { cache: old, length } });
    this.#replace({ rows, cached: cached.map((count) => count + 1), cache, length: length + 1 });
    const { live } = this;
    this.#takeTokens(rows, logits, { live, possible: Math.min(this.#parts.batchSize, live + waiting) });
  }

  dispose(): void {
    this.#replace(null);
  }

  async #join(running: CachedRows, fresh: CachedRows): Promise<void> {
    const [old, added] = [liveRows(running), liveRows(fresh)];
    if (added.rows.length === 0) return;
    const length = Math.max(...old.cached, ...added.cached);
    const cache = await this.#parts.cacheRows.join(old.choice, added.choice, length);
    const rows = [...old.rows, ...added.rows];
    this.#replace({ rows, cached: [...old.cached, ...added.cached], cache, length });
  }

  #replace(next: CachedRows | null): void {
    if (this.#running) disposeCache(this.#running.cache);
    this.#running = next;
  }

  #takeTokens(
    rows: readonly CompletionRow[],
    logits: Float32Array,
    share: Parameters<RowEvents['onStep']>[0],
  ): void {
    const size = logits.length / rows.length;
    rows.forEach((row, i) => {
      if (row.isFinished) return;
      const token = row.chooseToken(logits.subarray(i * size, (i + 1) * size));
      this.#events.onToken(row, row.accept(token));
    });
    this.#events.onStep(share);
  }
}

/** The rows that are not finished, with where they lie in the cache. */
function liveRows({ rows, cached, cache, length }: CachedRows): {
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
