/**
 * Exact match and token F1 as SQuAD's official script computes them (Rajpurkar et al. 2016; empty answers as in
 * version 2.0): lower case, ASCII punctuation dropped, English articles dropped, white space collapsed.
 */

const punctuation = /[!"#$%&'()*+,\-./:;<=>?@[\\\]^_`{|}~]/g;
const articles = /(?<![\p{L}\p{N}_])(a|an|the)(?![\p{L}\p{N}_])/gu;

/** The form in which two answers are compared. */
export function normalizeAnswer(text: string): string {
  return text.toLowerCase().replace(punctuation, '').replace(articles, ' ').trim().split(/\s+/).join(' ');
}

/** 1 where both answers normalize to the same text, else 0. */
export function exactMatch(answer: string, reference: string): 0 | 1 {
  return normalizeAnswer(answer) === normalizeAnswer(reference) ? 1 : 0;
}

/** Harmonic mean of token precision and recall, in [0, 1]; tokens count as often as they occur. */
export function tokenF1(answer: string, reference: string): number {
  const predicted = answerTokens(answer);
  const expected = answerTokens(reference);
  if (predicted.length === 0 || expected.length === 0) return predicted.length === expected.length ? 1 : 0;
  const shared = countShared(predicted, expected);
  return (2 * shared) / (predicted.length + expected.length);
}

function answerTokens(text: string): string[] {
  const normalized = normalizeAnswer(text);
  return normalized === '' ? [] : normalized.split(' ');
}

function countShared(left: readonly string[], right: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const token of right) counts.set(token, (counts.get(token) ?? 0) + 1);
  let shared = 0;
  for (const token of left) {
    const left = counts.get(token) ?? 0;
    if (left > 0) shared++;
    counts.set(token, left - 1);
  }
  return shared;
}
