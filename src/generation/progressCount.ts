import type { GenerationProgress } from './completion.ts';

/** Tokens, completions and busy rows so far, for `onProgress`. */
export class ProgressCount {
  readonly #prompts: number;
  readonly #onProgress: ((progress: GenerationProgress) => void) | undefined;
  readonly #start = performance.now();
  #tokens = 0;
  #completed = 0;
  #live = 0;
  #possible = 0;

  constructor(prompts: number, onProgress: ((progress: GenerationProgress) => void) | undefined) {
    this.#prompts = prompts;
    this.#onProgress = onProgress;
  }

  count(isFinished: boolean): void {
    this.#tokens += 1;
    this.#completed += Number(isFinished);
  }

  /** After a step over `live` of `possible` rows, or after one that read prompts. */
  report(rows: { readonly live: number; readonly possible: number } | null): void {
    this.#live += rows?.live ?? 0;
    this.#possible += rows?.possible ?? 0;
    const seconds = (performance.now() - this.#start) / 1000;
    this.#onProgress?.({
      completed: this.#completed,
      prompts: this.#prompts,
      tokens: this.#tokens,
      tokensPerSecond: seconds > 0 ? this.#tokens / seconds : 0,
      seconds,
      busyRows: this.#possible > 0 ? this.#live / this.#possible : 1,
      possibleRows: this.#possible,
    });
  }
}
