import type { Tokenizer } from '../text/tokenizer.ts';
import type { Completion, CompletionRequest } from './completion.ts';
import { sampleToken } from './sampleToken.ts';
import { seededRandom } from './seededRandom.ts';

/** A prompt on its way through a batch. */
export interface EncodedPrompt {
  /** Position among the request's prompts. */
  readonly index: number;
  readonly ids: readonly number[];
}

/** One row of a batch: chooses its tokens and knows when it is finished. */
export class CompletionRow {
  readonly prompt: EncodedPrompt;
  readonly #request: CompletionRequest;
  readonly #tokenizer: Tokenizer;
  readonly #uniform: () => number;
  readonly #ids: number[] = [];
  #finishReason: Completion['finishReason'] | null = null;

  constructor(prompt: EncodedPrompt, request: CompletionRequest, tokenizer: Tokenizer) {
    this.prompt = prompt;
    this.#request = request;
    this.#tokenizer = tokenizer;
    this.#uniform = seededRandom(request.seed, prompt.index);
  }

  get isFinished(): boolean {
    return this.#finishReason !== null;
  }

  get tokens(): number {
    return this.#ids.length;
  }

  /** The token to force on this row at the next step, or `null` to take the likeliest. */
  chooseToken(logits: Float32Array): number | null {
    if (this.isFinished) return this.#tokenizer.eosTokenId; // keeps the batch rectangular; never read again
    const { temperature, topP } = this.#request;
    return temperature > 0 ? sampleToken(logits, { temperature, topP }, this.#uniform()) : null;
  }

  /** Takes the token that the step gave this row; says whether it finished the row. */
  accept(token: number, isLast: boolean): boolean {
    if (this.isFinished) return false;
    this.#ids.push(token);
    if (this.#tokenizer.endTokenIds.includes(token) || this.#endsInStop()) this.#finishReason = 'stop';
    else if (isLast) this.#finishReason = 'length';
    return this.isFinished;
  }

  /** The text so far, cut before the first stop string. */
  text(): string {
    const ids = this.#ids.filter((id) => !this.#tokenizer.endTokenIds.includes(id));
    const text = this.#tokenizer.decode(ids);
    const cuts = this.#request.stop.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
    return cuts.length === 0 ? text : text.slice(0, Math.min(...cuts));
  }

  completion(): Completion {
    return { text: this.text(), finishReason: this.#finishReason ?? 'length', tokens: this.tokens };
  }

  /** Whether a stop string lies in the newest tokens. A token spells at least one byte, so few need decoding. */
  #endsInStop(): boolean {
    const { stop } = this.#request;
    if (stop.length === 0) return false;
    const longest = Math.max(...stop.map((text) => new TextEncoder().encode(text).length));
    const tail = this.#tokenizer.decode(this.#ids.slice(-(longest + 4)));
    return stop.some((text) => tail.includes(text));
  }
}
