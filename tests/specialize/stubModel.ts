import { createRandom } from '../../src/random.ts';
import type { Domain } from '../../src/specialize/domain.ts';
import type { TestedModel } from '../../src/specialize/evaluateModel.ts';
import type {
  Completion,
  CompletionRequest,
  Prompt,
  Score,
  ScoredRow,
  ScoreRequest,
} from '../../src/specialize/languageModel.ts';

export const promptText = (prompt: Prompt): string =>
  typeof prompt === 'string' ? prompt : prompt.map((message) => message.content).join('\n');

/** A domain of made-up drugs whose names tell where they occur. */
export function exampleDomain(): Domain {
  const drug = (kind: string, i: number) => ({
    id: `${kind}-${i}`,
    instruction: `What does ${kind}ol${i} treat?`,
    input: '',
    output: `${kind} ailment ${i}`,
  });
  const range = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
  return {
    name: 'Biomedicine',
    description: 'Drugs and what they treat.',
    documents: [],
    seeds: range(10).map((i) => drug('seed', i)),
    heldOut: range(6).map((i) => ({
      ...drug('secret', i),
      task: i % 2 ? 'odd' : 'even',
      source: 'pretraining',
    })),
    retention: range(2).map((i) => ({ ...drug('general', i), task: 'general' })),
  };
}

export interface StubOptions {
  /** Knows the answers that the untrained model does not. */
  readonly isTrained?: boolean;
  /** Finishes the completions of a call in another order, one task later each. */
  readonly isShuffled?: boolean;
  /** What a task-writing prompt yields, instead of three tasks about random drugs. */
  readonly tasks?: (call: number, prompt: string) => string;
  /** A text's point; without it every text lies at the same place. */
  readonly embedding?: (text: string) => readonly number[];
  /** Mean log-likelihood per token of a completion; without it its own answer is likelier than any other text. */
  readonly meanLogLikelihood?: (prompt: string, completion: string) => number;
}

/** Writes tasks about random drugs and answers every question; records whatever it is asked. */
export class StubModel implements TestedModel {
  readonly prompts: string[] = [];
  readonly requests: CompletionRequest[] = [];
  readonly scored: ScoredRow[] = [];
  readonly #options: StubOptions;

  constructor(options: StubOptions = {}) {
    this.#options = options;
  }

  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    const { embedding = () => [0] } = this.#options;
    return texts.map((text) => Float32Array.from(embedding(text)));
  }

  async complete(prompts: readonly Prompt[], request: CompletionRequest): Promise<Completion[]> {
    this.requests.push(request);
    const order = prompts.map((_, i) => i);
    const completions: Completion[] = [];
    for (const i of this.#options.isShuffled
      ? createRandom(prompts.length).sample(order, order.length)
      : order) {
      await request.gate?.();
      request.signal?.throwIfAborted();
      completions[i] = this.#complete(promptText(prompts[i]!), request, i);
      request.onCompletion?.(i, completions[i]);
    }
    return completions;
  }

  /** Finds the answer that it would give likelier than any other text. */
  score(rows: readonly ScoredRow[], request: ScoreRequest = {}): Promise<Score[]> {
    request.signal?.throwIfAborted();
    request.onProgress?.(rows.length, rows.length);
    this.scored.push(...rows);
    const { meanLogLikelihood } = this.#options;
    return Promise.resolve(
      rows.map(({ prompt, completion }) => {
        const tokens = completion.split(' ').length + 1;
        if (meanLogLikelihood)
          return { logLikelihood: tokens * meanLogLikelihood(promptText(prompt), completion), tokens };
        const isOwn = completion === this.#answer(promptText(prompt));
        return { logLikelihood: isOwn ? -1 : -4, tokens: 2 };
      }),
    );
  }

  #complete(prompt: string, request: CompletionRequest, i: number): Completion {
    const call = this.prompts.push(prompt) - 1;
    const stream = request.streams?.[i] ?? i;
    const text = request.temperature > 0 ? this.#write(prompt, request, stream, call) : this.#answer(prompt);
    return { text, finishReason: 'stop', tokens: text.split(' ').length };
  }

  #write(prompt: string, request: CompletionRequest, stream: number, call: number): string {
    if (prompt.startsWith('Facts')) return ` Fact number ${request.seed} and ${stream} is true.\n2. Short.`;
    if (this.#options.tasks) return this.#options.tasks(call, prompt);
    const random = createRandom(request.seed, stream);
    const lines = [1, 2, 3].map(() => `What is drug${random.below(200)}ol used against in humans?`);
    return ` ${lines.join('\n5. ')}`;
  }

  #answer(prompt: string): string {
    const question = prompt.split('\n').findLast((line) => line.includes('?')) ?? '';
    const name = /(\w+?)ol(\d*)/.exec(question) ?? [];
    if (prompt.startsWith('Task:') || prompt.startsWith('Text:')) return ` ${name[1]}itis`;
    return this.#options.isTrained ? `${name[1]} ailment ${name[2]}` : 'I like animals';
  }
}
