/** Lets the code that watches a run pause it, resume it, or end it early; see `AbortSignal` for throwing it away. */
export class TrainingControl {
  #resume: (() => void) | undefined;
  #running: Promise<void> = Promise.resolve();
  #isStopping = false;

  get isPaused(): boolean {
    return this.#resume !== undefined;
  }

  /** Whether the run was asked to end after the current step. */
  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Holds the run before its next step. */
  pause(): void {
    if (this.isPaused) return;
    this.#running = new Promise((resolve) => (this.#resume = resolve));
  }

  resume(): void {
    this.#resume?.();
    this.#resume = undefined;
  }

  /** Ends the run after the current step, with a checkpoint and its result so far. */
  stop(): void {
    this.#isStopping = true;
    this.resume();
  }

  /** Waits while paused. Rejects with the signal's reason when it is aborted meanwhile. */
  async whileRunning(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (!this.isPaused) return;
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => reject(signal?.reason as Error);
      signal?.addEventListener('abort', onAbort, { once: true });
      void this.#running.then(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
    });
  }
}
