import type { EncodedPrompt, TokenizedPrompt } from './completionRow.ts';

export interface BatchLimits {
  readonly batchSize: number;
  readonly maxNewTokens: number;
  /** Longest sequence of the model, prompt and completion together. */
  readonly contextLength: number;
}

/**
 * The prompts with the tokens that each may get.
 * @throws when a prompt fills the model's context.
 */
export function withRoom(
  prompts: readonly TokenizedPrompt[],
  { maxNewTokens, contextLength }: BatchLimits,
): EncodedPrompt[] {
  return prompts.map((prompt) => {
    const room = Math.min(contextLength - prompt.ids.length, maxNewTokens);
    if (room >= 1) return { ...prompt, room };
    throw new Error(
      `Prompt ${prompt.index + 1} has ${prompt.ids.length} tokens, which fills the model's context of ${contextLength}; shorten it.`,
    );
  });
}

// So many batches are sorted by length at a time.
const windowBatches = 4;

/**
 * The order in which prompts enter a batch that is filled continuously. Those that enter together should be equally
 * long, for they are padded to the longest; but the first should also be done first, for others wait for them in order.
 */
export function continuousOrder(prompts: readonly EncodedPrompt[], batchSize: number): EncodedPrompt[] {
  const size = windowBatches * batchSize;
  const windows = Array.from({ length: Math.ceil(prompts.length / size) }, (_, i) =>
    prompts.slice(i * size, (i + 1) * size).toSorted(byLength),
  );
  return windows.flat();
}

const byLength = (a: TokenizedPrompt, b: TokenizedPrompt): number =>
  a.ids.length - b.ids.length || a.index - b.index;

// Rows of a tight batch end with its longest prompt's room; none may lose more than a quarter of its own.
const leastShare = 0.75;

/**
 * Prompts sorted by length and cut into batches that run until their slowest row ends, so that rows need little padding.
 * Prompts that leave less than `maxNewTokens` of the context come in batches of their own, of nearly equal length, with
 * what the longest leaves.
 * @throws when a prompt fills the model's context.
 */
export function planBatches(prompts: readonly TokenizedPrompt[], limits: BatchLimits): EncodedPrompt[][] {
  const { batchSize, maxNewTokens } = limits;
  /** Whether `prompt`, no shorter than `shortest`, may run with it. */
  const fits = (prompt: EncodedPrompt, shortest: EncodedPrompt) =>
    shortest.room === maxNewTokens ? prompt.room === maxNewTokens : prompt.room >= leastShare * shortest.room;
  const batches: EncodedPrompt[][] = [];
  for (const prompt of withRoom(prompts, limits).toSorted(byLength)) {
    const open = batches.at(-1) ?? [];
    const [shortest] = open;
    if (shortest && open.length < batchSize && fits(prompt, shortest)) open.push(prompt);
    else batches.push([prompt]);
  }
  return batches.map((rows) => {
    const room = Math.min(...rows.map((prompt) => prompt.room));
    return rows.map((prompt) => ({ ...prompt, room }));
  });
}
