/** Faults that can be seen in one text alone. */
import { unicodeTokens } from '../evaluation/rougeL.ts';
import { canonicalText } from './tasks.ts';

/** The first listed word or phrase that the text contains as whole words, whatever the case; null if none. */
export function findListedWord(text: string, words: readonly string[]): string | null {
  const padded = ` ${canonicalText(text)} `;
  return words.find((word) => padded.includes(` ${canonicalText(word)} `)) ?? null;
}

/**
 * A clause of three words or more that occurs twice, or a run of words that is said three times over: the loops that
 * small models fall into. Null if there is none.
 */
export function findRepetition(text: string): string | null {
  const clauses = text
    .split(/[.,;:!?\n]+/)
    .map(canonicalText)
    .filter((clause) => clause.split(' ').length >= 3);
  const repeated = clauses.find((clause, i) => clauses.indexOf(clause) < i);
  return repeated ?? findLoop(unicodeTokens(text));
}

/** A run of 1 to 8 words that follows itself at least twice. */
function findLoop(tokens: readonly string[]): string | null {
  for (let size = 1; size <= 8; size++) {
    let same = 0;
    for (let i = size; i < tokens.length; i++) {
      same = tokens[i] === tokens[i - size] ? same + 1 : 0;
      if (same >= 2 * size) return tokens.slice(i - size + 1, i + 1).join(' ');
    }
  }
  return null;
}

/** The first run of `length` words that both texts have; null if none. */
export function findSharedRun(text: string, other: string, length: number): string | null {
  const padded = ` ${canonicalText(other)} `;
  const tokens = unicodeTokens(text);
  for (let i = 0; i + length <= tokens.length; i++) {
    const run = tokens.slice(i, i + length).join(' ');
    if (padded.includes(` ${run} `)) return run;
  }
  return null;
}

const placeholder =
  /\[[^\]]*\b(?:insert|your|name|text|here|list|topic|company|drug)\b[^\]]*\]|<[^<>\n]{1,40}>|_{3,}|\{\{?[^{}]*\}?\}|(?:…|\.{3})\s*$/i;

/** A part left for someone else to fill in, such as "[insert text here]" or "____"; null if none. */
export function findPlaceholder(text: string): string | null {
  return placeholder.exec(text)?.[0].trim() ?? null;
}

/** Share of the text's words, each counted once, that the source has too; 1 for a text without words. */
export function wordOverlap(text: string, source: string): number {
  const words = new Set(unicodeTokens(text));
  const known = new Set(unicodeTokens(source));
  return words.size === 0 ? 1 : [...words].filter((word) => known.has(word)).length / words.size;
}
