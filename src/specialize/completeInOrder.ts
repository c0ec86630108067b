import type { Completion, CompletionRequest, LanguageModel, Prompt } from './languageModel.ts';

/**
 * The completions of one call, in the order of the prompts, each as soon as it and its predecessors are finished: the
 * filters depend on the order, so it must not depend on the device. Leaving early stops the model.
 */
export async function* completeInOrder(
  model: LanguageModel,
  prompts: readonly Prompt[],
  request: Omit<CompletionRequest, 'onCompletion'>,
): AsyncGenerator<Completion> {
  if (prompts.length === 0) return;
  const finished = new Map<number, Completion>();
  let wake = (): void => {};
  const onCompletion = (index: number, completion: Completion): void => {
    finished.set(index, completion);
    wake();
  };
  const left = new AbortController();
  const signal = AbortSignal.any([left.signal, ...(request.signal ? [request.signal] : [])]);
  const all = model.complete(prompts, { ...request, signal, onCompletion });
  all.catch(() => {}); // reported below, unless the consumer has left
  try {
    for (let i = 0; i < prompts.length; i++) {
      while (!finished.has(i)) {
        const next = new Promise<void>((resolve) => (wake = resolve));
        const completions = await Promise.race([all, next]);
        completions?.forEach((completion, j) => finished.set(j, completion));
        if (completions && !finished.has(i)) throw missingCompletion(completions.length, prompts.length);
      }
      yield finished.get(i) as Completion;
    }
    await all;
  } finally {
    left.abort(new Error('The other completions are not needed.'));
  }
}

function missingCompletion(given: number, asked: number): Error {
  return new Error(`The model gave ${given} completions for ${asked} prompts; it must give one for each.`);
}
