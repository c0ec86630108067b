import { disposeCache } from './cache.ts';
import { joinLive, liveRows, type CachedRows } from './cachedRows.ts';
import type { CompletionRow } from './completionRow.ts';
import { passGate } from './passGate.ts';
import { PromptReader, rowsOf, type PromptReaderParts } from './promptReader.ts';
import { findSharedPrefixes } from './sharedPrefixes.ts';

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

export interface ContinuousBatchParts extends PromptReaderParts {
  /** How many tokens a run by itself is worth, to read once what several prompts begin with; `Infinity`: never. */
  readonly worthRun: number;
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
  const batch = new RunningBatch(parts, new PromptReader(parts, prefixesOf(parts, rows)), events);
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

function prefixesOf({ worthRun }: ContinuousBatchParts, rows: readonly CompletionRow[]) {
  const prefixes = findSharedPrefixes(
    rows.map(({ prompt }) => prompt.ids),
    worthRun,
  );
  return new Map(rows.flatMap((row, i) => (prefixes[i] ? [[row, prefixes[i]] as const] : [])));
}

class RunningBatch {
  readonly #parts: ContinuousBatchParts;
  readonly #reader: PromptReader;
  readonly #events: RowEvents;
  #running: CachedRows | null = null;

  constructor(parts: ContinuousBatchParts, reader: PromptReader, events: RowEvents) {
    this.#parts = parts;
    this.#reader = reader;
    this.#events = events;
  }

  /** Rows that are not finished. */
  get live(): number {
    return this.#running?.rows.filter((row) => !row.isFinished).length ?? 0;
  }

  /** Reads the prompts of `rows` and puts them in the place of finished rows. */
  async add(rows: readonly CompletionRow[]): Promise<void> {
    const { cached: fresh, logits } = await this.#reader.read(rows, () => this.#ready());
    const running = this.#running;
    if (!running || this.live === 0) {
      this.#replace(fresh);
      this.#takeTokens(fresh.rows, logits, null);
      return;
    }
    try {
      this.#takeTokens(fresh.rows, logits, null);
      if (fresh.rows.some((row) => !row.isFinished))
        this.#replace(await joinLive(this.#parts.cacheRows, running, fresh));
    } finally {
      disposeCache(fresh.cache);
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
    this.#takeTokens(rows, rowsOf(logits, rows.length), {
      live,
      possible: Math.min(this.#parts.batchSize, live + waiting),
    });
  }

  dispose(): void {
    this.#reader.dispose();
    this.#replace(null);
  }

  /** Between two runs of the model. */
  async #ready(): Promise<void> {
    const { gate, signal } = this.#events;
    await passGate(gate, signal);
    signal?.throwIfAborted();
  }

  #replace(next: CachedRows | null): void {
    if (this.#running) disposeCache(this.#running.cache);
    this.#running = next;
  }

  #takeTokens(
    rows: readonly CompletionRow[],
    logits: readonly Float32Array[],
    share: Parameters<RowEvents['onStep']>[0],
  ): void {
    rows.forEach((row, i) => {
      if (row.isFinished) return;
      const token = row.chooseToken(logits[i]!);
      this.#events.onToken(row, row.accept(token));
    });
    this.#events.onStep(share);
  }
}
