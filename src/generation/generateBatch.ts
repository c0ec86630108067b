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
import type { CompletionRow, EncodedPrompt } from './completionRow.ts';
import type { RowEvents } from './continuousBatch.ts';

/**
 * Generates until every row is finished or the signal aborts, for exports whose rows cannot be exchanged: the slowest
 * row holds the others up. All rows have the same room. `waiting` rows could have run beside finished ones.
 * The rows choose their tokens themselves: transformers.js samples from one global random state, knows no nucleus
 * and forgets which rows have ended, so it is run greedily with our choice as the only finite logit.
 */
export async function generateBatch(
  model: CausalLanguageModel,
  rows: readonly CompletionRow[],
  waiting: number,
  tokenizer: Pick<Tokenizer, 'padTokenId'>,
  events: Omit<RowEvents, 'gate'>,
): Promise<void> {
  const prompts = rows.map(({ prompt }) => prompt);
  const processors = new LogitsProcessorList();
  processors.push(new RowChoice(rows));
  const criteria = new StoppingCriteriaList();
  criteria.push(new RowProgress(rows, waiting, events));
  const cache = new DynamicCache();
  try {
    await model.generate({
      ...leftPadded(prompts, tokenizer.padTokenId),
      past_key_values: cache,
      max_new_tokens: Math.max(...prompts.map(({ room }) => room)),
      do_sample: false,
      logits_processor: processors,
      stopping_criteria: criteria,
    });
  } finally {
    await cache.dispose();
  }
}

/** `input_ids` and `attention_mask`, int64 [rows, longest], padding on the left. */
function leftPadded(
  prompts: readonly EncodedPrompt[],
  padTokenId: number,
): { inputs: Tensor; attention_mask: Tensor } {
  const length = Math.max(...prompts.map(({ ids }) => ids.length));
  const dims = [prompts.length, length];
  const ids = new BigInt64Array(prompts.length * length).fill(BigInt(padTokenId));
  const mask = new BigInt64Array(ids.length);
  prompts.forEach((prompt, row) => {
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
      logitsOfRow.fill(-Infinity);
      logitsOfRow[token] = 0;
    });
    return logits;
  }
}

/** Hands each row its new token and says which rows have ended; an abort ends all of them. */
class RowProgress extends StoppingCriteria {
  readonly #rows: readonly CompletionRow[];
  readonly #waiting: number;
  readonly #events: Omit<RowEvents, 'gate'>;

  constructor(rows: readonly CompletionRow[], waiting: number, events: Omit<RowEvents, 'gate'>) {
    super();
    this.#rows = rows;
    this.#waiting = waiting;
    this.#events = events;
  }

  override _call(sequences: number[][]): boolean[] {
    if (this.#events.signal?.aborted) return this.#rows.map(() => true);
    const isFirst = this.#rows.every((row) => row.tokens === 0);
    const live = this.#rows.filter((row) => !row.isFinished);
    const possible = Math.min(this.#rows.length, live.length + this.#waiting);
    this.#rows.forEach((row, i) => {
      if (!row.isFinished) this.#events.onToken(row, row.accept(Number(sequences[i]?.at(-1))));
    });
    this.#events.onStep(isFirst ? null : { live: live.length, possible });
    return this.#rows.map((row) => row.isFinished);
  }
}
