import type { CallProgress } from './languageModel.ts';

const nothing: CallProgress = { tokens: 0, seconds: 0, busyRows: 1, possibleRows: 0 };

/** Adds up what the calls of a model report of themselves. */
export class WritingTotals {
  #done = nothing;
  #call: CallProgress | null = null;

  /** Takes what a call reports after a step; one that has fewer tokens than before is another call. */
  note(progress: CallProgress): void {
    if (this.#call && progress.tokens < this.#call.tokens) this.#done = added(this.#done, this.#call);
    this.#call = progress;
  }

  /** Everything since the totals were last taken, or `null` where nothing was written. */
  get total(): CallProgress | null {
    const total = this.#call ? added(this.#done, this.#call) : this.#done;
    return total.tokens > 0 ? total : null;
  }

  /** The same, and counting begins anew. */
  take(): CallProgress | null {
    const { total } = this;
    this.#done = nothing;
    this.#call = null;
    return total;
  }
}

function added(a: CallProgress, b: CallProgress): CallProgress {
  const possibleRows = a.possibleRows + b.possibleRows;
  const live = a.busyRows * a.possibleRows + b.busyRows * b.possibleRows;
  return {
    tokens: a.tokens + b.tokens,
    seconds: a.seconds + b.seconds,
    busyRows: possibleRows > 0 ? live / possibleRows : 1,
    possibleRows,
  };
}

/** "1234 tokens, 210 tokens/s, 97 % of the batch's rows busy". */
export function describeWriting({ tokens, seconds, busyRows }: CallProgress): string {
  const speed = seconds > 0 ? Math.round(tokens / seconds) : 0;
  return `${tokens} tokens, ${speed} tokens/s, ${Math.round(100 * busyRows)} % of the batch's rows busy`;
}
