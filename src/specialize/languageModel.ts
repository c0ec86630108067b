/** What the pipeline needs of a language model; `generation/` implements it, tests replace it. */

/** One turn of a conversation; the model's own chat template turns it into text. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A string is raw text to be continued as it stands; messages are a conversation that the assistant answers. */
export type Prompt = string | readonly ChatMessage[];

export interface SamplingOptions {
  readonly maxNewTokens: number;
  /** 0 is greedy: the likeliest token each time, `topP` and `seed` without effect. */
  readonly temperature: number;
  /** Nucleus: sample from the smallest set of tokens whose probability reaches this, in (0, 1]. */
  readonly topP: number;
  /** The same seed, prompts and model give the same completions; equal prompts in one call are sampled apart. */
  readonly seed: number;
  /** Generation ends before the first of these strings; none of them is part of the completion. */
  readonly stop: readonly string[];
}

export interface Completion {
  /** The new text only, special tokens left out. */
  readonly text: string;
  /**
   * `length`: cut at `maxNewTokens` before the model or a stop string ended it; `repetition`: cut because it went round
   * in circles.
   */
  readonly finishReason: 'stop' | 'length' | 'repetition';
  /** Number of generated tokens. */
  readonly tokens: number;
}

/** How far a call has come, and how fast. */
export interface CallProgress {
  /** Generated so far, over all prompts of the call. */
  readonly tokens: number;
  readonly seconds: number;
  /** Share of the rows that took a token in a step, of those that could have. */
  readonly busyRows: number;
  /** Those that could have, summed over the steps. */
  readonly possibleRows: number;
}

export interface CompletionRequest extends SamplingOptions {
  /** For each prompt the strings that its completion must be one of, or `null`; without it all are free. */
  readonly choices?: readonly (readonly string[] | null)[];
  /** End a completion that says the same over and over. */
  readonly stopOnRepetition?: boolean;
  /** The number of each prompt's own stream of random numbers; by default its position in the call. */
  readonly streams?: readonly number[];
  /** Awaited between steps; a promise that stays open pauses. */
  readonly gate?: () => Promise<void>;
  /** Called after every step. */
  readonly onProgress?: (progress: CallProgress) => void;
  /** Aborting rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called as each completion is finished, in any order; the result holds all of them again. */
  readonly onCompletion?: (index: number, completion: Completion) => void;
}

/** What writes texts; where it can judge given ones as well, filters and maps may ask it to. */
export interface LanguageModel {
  /** One completion per prompt, in the order of the prompts; batches are the model's own affair. */
  complete(prompts: readonly Prompt[], request: CompletionRequest): Promise<Completion[]>;
}

/** A completion to be judged behind its prompt. */
export interface ScoredRow {
  readonly prompt: Prompt;
  readonly completion: string;
}

/** How likely a completion is, its end token included. */
export interface Score {
  /** Sum over the tokens, in nats; at most 0. */
  readonly logLikelihood: number;
  /** Tokens in the sum; nothing comes before the first token of a row, so that it is never counted. */
  readonly tokens: number;
}

export interface BatchRequest {
  /** Aborting rejects with the signal's reason, after the batch that is running. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface ScoreRequest extends BatchRequest {
  /** Called as each row is scored, in any order; the result holds all scores again. */
  readonly onScore?: (index: number, score: Score) => void;
}

/** What a language model says of texts that are there already. */
export interface Scorer {
  /**
   * The log-likelihood of each completion after its prompt, tokenized as training tokenizes rows, in the order of the
   * rows. @throws naming a row that is longer than what the model reads
   */
  score(rows: readonly ScoredRow[], request?: ScoreRequest): Promise<Score[]>;
  /**
   * A point [width] for each text: the mean over its tokens of the hidden states behind the last norm. What a text has
   * beyond the tokens that the model reads is left out. @throws naming a text without a token
   */
  embed(texts: readonly string[], request?: BatchRequest): Promise<Float32Array[]>;
}
