import type { ChatTurn } from '../text/tokenizer.ts';

/** A string is raw text to be continued as it stands; turns are a conversation that the assistant answers. */
export type Prompt = string | readonly ChatTurn[];

export interface Completion {
  /** The new text only, special tokens left out. */
  readonly text: string;
  /**
   * `length`: cut at `maxNewTokens` (or the model's context) before the model or a stop string ended it;
   * `repetition`: cut because it went round in circles.
   */
  readonly finishReason: 'stop' | 'length' | 'repetition';
  /** Number of generated tokens, the end token among them. */
  readonly tokens: number;
}

/** How far a request has come. */
export interface GenerationProgress {
  readonly completed: number;
  readonly prompts: number;
  /** Generated so far, over all prompts. */
  readonly tokens: number;
  readonly tokensPerSecond: number;
  readonly seconds: number;
  /**
   * Of the rows that could have taken a token in the steps so far, the share that did: over all steps but those that
   * read prompts, the rows that were not finished by the rows of the batch or, if they are fewer, the prompts left.
   */
  readonly busyRows: number;
  /** Rows that could have taken a token in the steps so far, summed over the steps: what `busyRows` is a share of. */
  readonly possibleRows: number;
}

export interface CompletionRequest {
  readonly maxNewTokens: number;
  /** 0 is greedy: the likeliest token each time. */
  readonly temperature: number;
  /** Nucleus, in (0, 1]. */
  readonly topP: number;
  /** The same seed, prompts and model give the same completions. */
  readonly seed: number;
  /** A completion ends before the first of these strings. */
  readonly stop: readonly string[];
  /** For each prompt the strings that its completion must be one of, or `null`; without it all are free. */
  readonly choices?: readonly (readonly string[] | null)[];
  /** End a completion whose last tokens say the same over and over: 1 to 20 tokens three times, 24 tokens at least. */
  readonly stopOnRepetition?: boolean;
  /** The number of each prompt's own stream of random numbers; by default its position in the request. */
  readonly streams?: readonly number[];
  /** Aborting rejects with the signal's reason, after the step that is running. */
  readonly signal?: AbortSignal;
  /** Awaited between steps; a promise that stays open pauses. */
  readonly gate?: () => Promise<void>;
  /** Called as each completion is finished, in any order. */
  readonly onCompletion?: (index: number, completion: Completion) => void;
  /** Called after every token of a prompt's completion with its text so far. */
  readonly onText?: (index: number, text: string) => void;
  /** Called after every step of a batch. */
  readonly onProgress?: (progress: GenerationProgress) => void;
}

/** A model that completes prompts. The pipeline's own `LanguageModel` is this interface. */
export interface LanguageModel {
  /** One completion per prompt, in the order of the prompts. */
  complete(prompts: readonly Prompt[], request: CompletionRequest): Promise<Completion[]>;
}
