import { comparedText, similarityAbove, type ComparedText } from './similarity.ts';

/**
 * Texts that are alike by the novelty rule, as groups of their indices: each text goes to the first group whose first text
 * it is more similar to than `threshold`, or equals but for case and punctuation. Only groups of two or more, in order.
 */
export function alikeGroups(texts: readonly string[], threshold: number): number[][] {
  const leaders = new Leaders();
  for (const [i, text] of texts.map(comparedText).entries()) leaders.take(i, text, threshold);
  return leaders.groups.filter((group) => group.length > 1);
}

/** The first texts of all groups, found by their words: of thousands only few share enough of them. */
class Leaders {
  readonly groups: number[][] = [];
  readonly #texts: ComparedText[] = [];
  readonly #byCanonical = new Map<string, number>();
  /** By word, the groups whose first text has it, once for each time. */
  readonly #byWord = new Map<string, number[]>();
  /** Words in common with the text at hand, by group. */
  #shared = new Uint16Array(64);

  take(index: number, text: ComparedText, threshold: number): void {
    const group = this.#find(text, threshold);
    if (group !== null) this.groups[group]!.push(index);
    else this.#lead(index, text);
  }

  #lead(index: number, text: ComparedText): void {
    const group = this.groups.push([index]) - 1;
    this.#texts.push(text);
    this.#byCanonical.set(text.canonical, group);
    for (const word of new Set(text.tokens)) {
      const known = this.#byWord.get(word);
      if (known) known.push(group);
      else this.#byWord.set(word, [group]);
    }
  }

  #find(text: ComparedText, threshold: number): number | null {
    const equal = this.#byCanonical.get(text.canonical) ?? Infinity;
    this.#countShared(text);
    for (let group = 0; group < Math.min(equal, this.groups.length); group++) {
      const leader = this.#texts[group]!;
      const most = 2 * this.#shared[group]!;
      if (most <= threshold * (leader.tokens.length + text.tokens.length)) continue;
      if (similarityAbove(threshold, leader, text) !== null) return group;
    }
    return Number.isFinite(equal) ? equal : null;
  }

  /** No common subsequence is longer than the words of the text that the other has at all. */
  #countShared({ tokens }: ComparedText): void {
    if (this.#shared.length < this.groups.length) this.#shared = new Uint16Array(2 * this.groups.length);
    this.#shared.fill(0);
    for (const word of tokens) for (const group of this.#byWord.get(word) ?? []) this.#shared[group]!++;
  }
}
