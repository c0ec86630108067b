import type { Tokenizer } from '../text/tokenizer.ts';

interface Branch {
  readonly next: Map<number, Branch>;
  /** A choice is complete here. */
  isWhole: boolean;
}

/** The strings that a completion may be, as a tree of their tokens; after a whole one the completion may only end. */
export class TokenChoices {
  readonly #root: Branch = { next: new Map(), isWhole: false };
  readonly #ends: ReadonlySet<number>;
  readonly #endToken: number;

  /**
   * Each choice may begin with a space or without, whichever the model finds likelier after its prompt. `stop` are the
   * request's stop strings: their first tokens end a choice as the end token does.
   * @throws when there is no choice, or one has no tokens.
   */
  constructor(choices: readonly string[], stop: readonly string[], tokenizer: Tokenizer) {
    if (choices.length === 0) throw new Error('There are no choices to choose from; give at least one.');
    for (const choice of choices) {
      if (choice.trim() === '') throw new Error('A choice is empty; give each at least one letter.');
      for (const text of [choice.trim(), ` ${choice.trim()}`]) this.#add(tokenizer.encode(text, false));
    }
    const stops = stop.flatMap((text) => tokenizer.encode(text, false).slice(0, 1));
    this.#ends = new Set([...tokenizer.endTokenIds, ...stops]);
    this.#endToken = tokenizer.eosTokenId;
  }

  /** A copy of `logits` in which only the tokens that may follow `ids` are finite. */
  restrict(ids: readonly number[], logits: Float32Array): Float32Array {
    const allowed = new Float32Array(logits.length).fill(-Infinity);
    const branch = this.#at(ids);
    const tokens = branch.isWhole ? [...branch.next.keys(), ...this.#ends] : branch.next.keys();
    for (const token of tokens) if (token < logits.length) allowed[token] = logits[token]!;
    return allowed;
  }

  /** The end token where `token` ends the choice that `ids` are, else `token` itself. */
  asEnd(ids: readonly number[], token: number): number {
    return this.#at(ids).next.has(token) ? token : this.#endToken;
  }

  /** Whether nothing but an end may follow `ids`. */
  isOnlyEnd(ids: readonly number[]): boolean {
    const { isWhole, next } = this.#at(ids);
    return isWhole && next.size === 0;
  }

  #add(ids: readonly number[]): void {
    let branch = this.#root;
    for (const id of ids) {
      const next: Branch = branch.next.get(id) ?? { next: new Map(), isWhole: false };
      branch.next.set(id, next);
      branch = next;
    }
    branch.isWhole = branch !== this.#root;
  }

  #at(ids: readonly number[]): Branch {
    let branch = this.#root;
    for (const id of ids) {
      const next = branch.next.get(id);
      if (!next) throw new Error(`Token ${id} continues none of the choices.`);
      branch = next;
    }
    return branch;
  }
}
