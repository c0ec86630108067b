import { exactMatch, normalizeAnswer, tokenF1 } from './answerMatch.ts';
import type { EvaluationItem } from './items.ts';
import { rougeL } from './rougeL.ts';

/** The three agreement scores of one answer with its reference, each in [0, 1]. */
export interface AnswerScores {
  readonly exactMatch: number;
  readonly f1: number;
  readonly rougeL: number;
}

export function scoreAnswer(answer: string, reference: string): AnswerScores {
  return {
    exactMatch: exactMatch(answer, reference),
    f1: tokenF1(answer, reference),
    rougeL: rougeL(answer, reference),
  };
}

export function meanScores(scores: readonly AnswerScores[]): AnswerScores {
  const mean = (pick: (s: AnswerScores) => number): number =>
    scores.length === 0 ? 0 : scores.reduce((sum, s) => sum + pick(s), 0) / scores.length;
  return { exactMatch: mean((s) => s.exactMatch), f1: mean((s) => s.f1), rougeL: mean((s) => s.rougeL) };
}

/**
 * What a model that always gives the task's most frequent reference answer would score (ties: the first met).
 * It looks at the references, so it is the strongest constant answer, not a model.
 */
export function majorityBaseline(items: readonly EvaluationItem[]): AnswerScores {
  const groups = new Map<string, { answer: string; count: number }>();
  for (const { output } of items) {
    const key = normalizeAnswer(output);
    const group = groups.get(key) ?? { answer: output, count: 0 };
    groups.set(key, { answer: group.answer, count: group.count + 1 });
  }
  let best = { answer: '', count: 0 };
  for (const group of groups.values()) if (group.count > best.count) best = group;
  return meanScores(items.map((item) => scoreAnswer(best.answer, item.output)));
}

/**
 * The expected score of an answer drawn uniformly from the item's labels or, in a task without labels, from the
 * task's different reference answers. Exact, not sampled.
 */
export function randomBaseline(items: readonly EvaluationItem[]): AnswerScores {
  const answers = new Map(items.map((item) => [normalizeAnswer(item.output), item.output]));
  return meanScores(
    items.map((item) => {
      const choices = item.labels ?? [...answers.values()];
      return meanScores(choices.map((choice) => scoreAnswer(choice, item.output)));
    }),
  );
}
