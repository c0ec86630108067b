import {
  DynamicCache,
  LogitsProcessor,
  LogitsProcessorList,
  StoppingCriteria,
  StoppingCriteriaList,
  Tensor,
} from '@huggingface/transformers';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { CausalLanguageModel } from './causalLanguageModel.ts';
import type { CompletionRow } from './completionRow.ts';
import type { Batch } from './planBatches.ts';

/** What happens while a batch runs. */
export interface BatchEvents {
  readonly signal?: AbortSignal | undefined;
  /** A row took a token; `isFinished` when it was its last. */
  readonly onToken: (row: CompletionRow, isFinished: boolean) => void;
  readonly onStep: () => void;
}

/**
 * Generates until every row is finished or the signal aborts. `rows[i]` belongs to `batch.prompts[i]`.
 * The rows choose their tokens themselves: transformers.js samples from one global random state, knows no nucleus
 * and forgets which rows have ended, so it is run greedily with our choice as the only finite logit.
 */
export async function generateBatch(
  model: CausalLanguageModel,
  batch: Batch,
  rows: readonly CompletionRow[],
  tokenizer: Pick<Tokenizer, 'padTokenId'>,
  events: BatchEvents,
): Promise<void> {
  const processors = new LogitsProcessorList();
  processors.push(new RowChoice(rows));
  const criteria = new StoppingCriteriaList();
  criteria.push(new RowProgress(rows, batch.maxNewTokens, events));
  const cache = new DynamicCache();
  try {
    await model.generate({
      ...leftPadded(batch, tokenizer.padTokenId),
      past_key_values: cache,
      max_new_tokens: batch.maxNewTokens,
      do_sample: false,
      logits_processor: processors,
      stopping_criteria: criteria,
    });
  } finally {
    await cache.dispose();
  }
}

/** `input_ids` and `attention_mask`, int64 [rows, longest], padding on the left. */
function leftPadded(batch: Batch, padTokenId: number): { inputs: Tensor; attention_mask: Tensor } {
  const length = Math.max(...batch.prompts.map(({ ids }) => ids.length));
  const dims = [batch.prompts.length, length];
  const ids = new BigInt64Array(batch.prompts.length * length).fill(BigInt(padTokenId));
  const mask = new BigInt64Array(ids.length);
  batch.prompts.forEach((prompt, row) => {
    const start = (row + 1) * length - prompt.ids.length;
    ids.set(prompt.ids.map(BigInt), start);
    mask.fill(1n, start, start + prompt.ids.length);
  });
  return { inputs: new Tensor('int64', ids, dims), attention_mask: new Tensor('int64', mask, dims) };
}

/** Leaves of each row's logits only the token that the row has chosen. */
class RowChoice extends LogitsProcessor {
  readonly #rows: readonly CompletionRow[];

  constructor(rows: readonly CompletionRow[]) {
    super();
    this.#rows = rows;
  }

  /** `logits` is [rows, vocabulary] and is changed in place. */
  override _call(_inputIds: bigint[][], logits: Tensor): Tensor {
    const all = logits.data as Float32Array;
    const size = logits.dims.at(-1) ?? 0;
    this.#rows.forEach((row, i) => {
      const logitsOfRow = all.subarray(i * size, (i + 1) * size);
      const token = row.chooseToken(logitsOfRow);
      if (token === null) return;
      logitsOfRow.fill(-Infinity);
      logitsOfRow[token] = 0;
    });
    return logits;
  }
}

/** Hands each row its new token and says which rows have ended; an abort ends all of them. */
class RowProgress extends StoppingCriteria {
  readonly #rows: readonly CompletionRow[];
  readonly #maxNewTokens: number;
  readonly #events: BatchEvents;

  constructor(rows: readonly CompletionRow[], maxNewTokens: number, events: BatchEvents) {
    super();
    this.#rows = rows;
    this.#maxNewTokens = maxNewTokens;
    this.#events = events;
  }

  override _call(sequences: number[][]): boolean[] {
    if (this.#events.signal?.aborted) return this.#rows.map(() => true);
    this.#rows.forEach((row, i) => {
      if (row.isFinished) return;
      const token = Number(sequences[i]?.at(-1));
      const isFinished = row.accept(token, row.tokens + 1 >= this.#maxNewTokens);
      this.#events.onToken(row, isFinished);
    });
    this.#events.onStep();
    return this.#rows.map((row) => row.isFinished);
  }
}
