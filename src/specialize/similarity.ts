import { rougeLOfTokens, unicodeTokens } from '../evaluation/rougeL.ts';
import { canonicalText } from './tasks.ts';

export interface Match {
  readonly text: string;
  /** ROUGE-L F-measure; 1 also for texts that differ in punctuation and case only. */
  readonly similarity: number;
}

interface Entry {
  readonly text: string;
  readonly canonical: string;
  readonly tokens: readonly string[];
}

/** Texts that a new text is compared with. */
export class SimilarityIndex {
  readonly #entries: Entry[] = [];

  constructor(texts: Iterable<string> = []) {
    for (const text of texts) this.add(text);
  }

  add(text: string): void {
    this.#entries.push(entryOf(text));
  }

  /** The first text that is more similar than `threshold` or equal but for case and punctuation; null if none is. */
  findSimilar(text: string, threshold: number): Match | null {
    const candidate = entryOf(text);
    for (const entry of this.#entries) {
      if (entry.canonical === candidate.canonical) return { text: entry.text, similarity: 1 };
      // The common subsequence cannot be longer than the shorter text, nor hold words the other lacks.
      if (lengthBound(entry, candidate) <= threshold) continue;
      const similarity = rougeLOfTokens(candidate.tokens, entry.tokens);
      if (similarity > threshold) return { text: entry.text, similarity };
    }
    return null;
  }
}

function entryOf(text: string): Entry {
  return { text, canonical: canonicalText(text), tokens: unicodeTokens(text) };
}

function lengthBound(a: Entry, b: Entry): number {
  return (2 * Math.min(a.tokens.length, b.tokens.length)) / (a.tokens.length + b.tokens.length);
}
