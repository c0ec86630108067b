import { normalizeAnswer } from './answerMatch.ts';

/** A label that was given beside the right one, as text; any text outside the label set counts as no label. */
export interface GivenLabel {
  readonly given: string;
  readonly right: string;
}

/**
 * Macro-F1: the plain mean of every label's own F1, in [0, 1], so that a rare label counts as much as a frequent one.
 * The labels are those that were given or right at least once (as in scikit-learn's `f1_score(average="macro")`);
 * what is none of `labels` is a miss of the right label and no label of its own. Nothing given and nothing right: 0.
 */
export function macroF1(answers: readonly GivenLabel[], labels: readonly string[]): number {
  const known = new Set(labels.map(normalizeAnswer));
  const pairs = answers.map(({ given, right }) => [given, right].map(normalizeAnswer) as [string, string]);
  const present = new Set(pairs.flat().filter((label) => known.has(label)));
  const scores = [...present].map((label) => f1Of(label, pairs));
  return scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length;
}

/** 2·TP / (times given + times right) */
function f1Of(label: string, pairs: readonly (readonly [string, string])[]): number {
  const given = pairs.filter(([answer]) => answer === label).length;
  const right = pairs.filter(([, reference]) => reference === label).length;
  const both = pairs.filter(([answer, reference]) => answer === label && reference === label).length;
  return (2 * both) / (given + right);
}
