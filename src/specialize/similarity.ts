import { rougeLOfTokens, unicodeTokens } from '../evaluation/rougeL.ts';
import { canonicalText } from './tasks.ts';

export interface Match {
  readonly text: string;
  /** ROUGE-L F-measure; 1 also for texts that differ in punctuation and case only. */
  readonly similarity: number;
}

/** A text, taken apart once. */
export interface ComparedText {
  readonly text: string;
  readonly canonical: string;
  readonly tokens: readonly string[];
}

/** Texts that a new text is compared with. */
export class SimilarityIndex {
  readonly #entries: ComparedText[] = [];

  constructor(texts: Iterable<string> = []) {
    for (const text of texts) this.add(text);
  }

  add(text: string): void {
    this.#entries.push(comparedText(text));
  }

  /** The first text that is more similar than `threshold` or equal but for case and punctuation; null if none is. */
  findSimilar(text: string, threshold: number): Match | null {
    const candidate = comparedText(text);
    for (const entry of this.#entries) {
      const similarity = similarityAbove(threshold, entry, candidate);
      if (similarity !== null) return { text: entry.text, similarity };
    }
    return null;
  }
}

export function comparedText(text: string): ComparedText {
  return { text, canonical: canonicalText(text), tokens: unicodeTokens(text) };
}

/** How similar two texts are; null where that is at most `threshold` and they differ in more than case and punctuation. */
export function similarityAbove(threshold: number, a: ComparedText, b: ComparedText): number | null {
  if (a.canonical === b.canonical) return 1;
  // The common subsequence cannot be longer than the shorter text, nor hold words the other lacks.
  if (lengthBound(a, b) <= threshold) return null;
  const similarity = rougeLOfTokens(b.tokens, a.tokens);
  return similarity > threshold ? similarity : null;
}

function lengthBound(a: ComparedText, b: ComparedText): number {
  return (2 * Math.min(a.tokens.length, b.tokens.length)) / (a.tokens.length + b.tokens.length);
}
