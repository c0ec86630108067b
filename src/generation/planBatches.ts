import type { EncodedPrompt } from './completionRow.ts';

/** Prompts that run together, and how many tokens each may get. */
export interface Batch {
  readonly prompts: readonly EncodedPrompt[];
  readonly maxNewTokens: number;
}

export interface BatchLimits {
  readonly batchSize: number;
  readonly maxNewTokens: number;
  /** Longest sequence of the model, prompt and completion together. */
  readonly contextLength: number;
}

// Rows of a tight batch end with its longest prompt's room; none may lose more than a quarter of its own.
const leastShare = 0.75;

/**
 * Prompts sorted by length and cut into batches, so that rows need little padding. Prompts that leave less than
 * `maxNewTokens` of the context come in batches of their own, of nearly equal length, with what the longest leaves.
 * @throws when a prompt fills the model's context.
 */
export function planBatches(prompts: readonly EncodedPrompt[], limits: BatchLimits): Batch[] {
  const { batchSize, maxNewTokens, contextLength } = limits;
  const room = (prompt: EncodedPrompt) => Math.min(contextLength - prompt.ids.length, maxNewTokens);
  const full = prompts.find((prompt) => room(prompt) < 1);
  if (full) {
    throw new Error(
      `Prompt ${full.index + 1} has ${full.ids.length} tokens, which fills the model's context of ${contextLength}; shorten it.`,
    );
  }
  /** Whether `prompt`, no shorter than `shortest`, may run with it. */
  const fits = (prompt: EncodedPrompt, shortest: EncodedPrompt) =>
    room(shortest) === maxNewTokens
      ? room(prompt) === maxNewTokens
      : room(prompt) >= leastShare * room(shortest);
  const batches: EncodedPrompt[][] = [];
  for (const prompt of prompts.toSorted((a, b) => a.ids.length - b.ids.length || a.index - b.index)) {
    const open = batches.at(-1) ?? [];
    const [shortest] = open;
    if (shortest && open.length < batchSize && fits(prompt, shortest)) open.push(prompt);
    else batches.push([prompt]);
  }
  return batches.map((rows) => ({ prompts: rows, maxNewTokens: Math.min(...rows.map(room)) }));
}
