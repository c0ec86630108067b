import { normalizeAnswer } from '../evaluation/answerMatch.ts';

/** With fewer tasks a share says little: the first "yes" would be all of them. */
const leastTasks = 50;

/** How often each answer occurs among kept tasks. */
export class AnswerShares {
  readonly #counts = new Map<string, number>();
  #total = 0;

  constructor(outputs: readonly string[]) {
    for (const output of outputs) this.add(output);
  }

  add(output: string): void {
    const answer = normalizeAnswer(output);
    this.#counts.set(answer, (this.#counts.get(answer) ?? 0) + 1);
    this.#total++;
  }

  /** The share that an answer would have if it were added; of at least fifty tasks. */
  with(output: string): number {
    const same = this.#counts.get(normalizeAnswer(output)) ?? 0;
    return (same + 1) / Math.max(this.#total + 1, leastTasks);
  }
}
