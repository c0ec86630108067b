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

/**
 * Prompts sorted by length and cut into batches, so that rows need little padding. A prompt that leaves less than
 * `maxNewTokens` of the context runs alone, with what is left, so that it shortens no other completion.
 * @throws when a prompt fills the model's context.
 */
export function planBatches(prompts: readonly EncodedPrompt[], limits: BatchLimits): Batch[] {
  const { batchSize, maxNewTokens, contextLength } = limits;
  const room = (prompt: EncodedPrompt) => contextLength - prompt.ids.length;
  const full = prompts.find((prompt) => room(prompt) < 1);
  if (full) {
    throw new Error(
      `Prompt ${full.index + 1} has ${full.ids.length} tokens, which fills the model's context of ${contextLength}; shorten it.`,
    );
  }
  const sorted = prompts.toSorted((a, b) => a.ids.length - b.ids.length || a.index - b.index);
  const roomy = sorted.filter((prompt) => room(prompt) >= maxNewTokens);
  const tight = sorted.filter((prompt) => room(prompt) < maxNewTokens);
  const batches: Batch[] = [];
  for (let i = 0; i < roomy.length; i += batchSize) {
    batches.push({ prompts: roomy.slice(i, i + batchSize), maxNewTokens });
  }
  return [...batches, ...tight.map((prompt) => ({ prompts: [prompt], maxNewTokens: room(prompt) }))];
}
