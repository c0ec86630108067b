import type { Tokenizer } from '../text/tokenizer.ts';
import type { TokenChoices } from './choices.ts';
import type { Completion, CompletionRequest } from './completion.ts';
import { RepetitionWatch } from './repetition.ts';
import { greedyToken, sampleToken } from './sampleToken.ts';
import { seededRandom } from './seededRandom.ts';

/** A prompt as tokens. */
export interface TokenizedPrompt {
  /** Position among the request's prompts. */
  readonly index: number;
  readonly ids: readonly number[];
}

/** A prompt on its way through a batch. */
export interface EncodedPrompt extends TokenizedPrompt {
  /** Most tokens that its completion may take. */
  readonly room: number;
}

/** One row of a batch: chooses its tokens and knows when it is finished. */
export class CompletionRow {
  readonly prompt: EncodedPrompt;
  readonly #request: CompletionRequest;
  readonly #tokenizer: Tokenizer;
  readonly #choices: TokenChoices | null;
  readonly #uniform: () => number;
  readonly #repetition: RepetitionWatch | null;
  readonly #ids: number[] = [];
  #finishReason: Completion['finishReason'] | null = null;

  /** `choices`: what the completion must be one of, if anything. */
  constructor(
    prompt: EncodedPrompt,
    request: CompletionRequest,
    tokenizer: Tokenizer,
    choices: TokenChoices | null = null,
  ) {
    this.prompt = prompt;
    this.#request = request;
    this.#tokenizer = tokenizer;
    this.#choices = choices;
    this.#uniform = seededRandom(request.seed, request.streams?.[prompt.index] ?? prompt.index);
    this.#repetition = request.stopOnRepetition ? new RepetitionWatch() : null;
  }

  get isFinished(): boolean {
    return this.#finishReason !== null;
  }

  get tokens(): number {
    return this.#ids.length;
  }

  /** What the next step reads. */
  get lastToken(): number {
    return this.#ids.at(-1) ?? this.#tokenizer.eosTokenId;
  }

  /** The token that this row takes next. `logits` is left as it is. */
  chooseToken(logits: Float32Array): number {
    if (this.isFinished) return this.#tokenizer.eosTokenId; // keeps the batch rectangular; never read again
    const { temperature, topP } = this.#request;
    const allowed = this.#choices?.restrict(this.#ids, logits) ?? logits;
    const token =
      temperature > 0 ? sampleToken(allowed, { temperature, topP }, this.#uniform()) : greedyToken(allowed);
    return this.#choices?.asEnd(this.#ids, token) ?? token;
  }

  /** Takes the token that the step gave this row; says whether it finished the row. */
  accept(token: number): boolean {
    if (this.isFinished) return false;
    this.#ids.push(token);
    const isLoop = this.#repetition?.add(token) ?? false;
    if (this.#tokenizer.endTokenIds.includes(token) || this.#endsInStop()) this.#finishReason = 'stop';
    else if (this.#choices?.isOnlyEnd(this.#ids)) this.#finishReason = 'stop';
    else if (isLoop) this.#finishReason = 'repetition';
    else if (this.tokens >= this.prompt.room) this.#finishReason = 'length';
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
