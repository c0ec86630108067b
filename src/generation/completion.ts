import type { ChatTurn } from '../text/tokenizer.ts';

/** A string is raw text to be continued as it stands; turns are a conversation that the assistant answers. */
export type Prompt = string | readonly ChatTurn[];

export interface Completion {
  /** The new text only, special tokens left out. */
  readonly text: string;
  /** `length`: cut at `maxNewTokens` (or the model's context) before the model or a stop string ended it. */
  readonly finishReason: 'stop' | 'length';
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
  /** Aborting rejects with the signal's reason, after the step that is running. */
  readonly signal?: AbortSignal;
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
