import { normalizeAnswer } from './answerMatch.ts';
import { type AnswerScores, majorityBaseline, meanScores, randomBaseline, scoreAnswer } from './baselines.ts';
import type { EvaluationItem } from './items.ts';
import { macroF1 } from './labelF1.ts';
import {
  type LabelLikelihood,
  likeliestLabel,
  type LikelihoodOrder,
  meanLoss,
  type TextLikelihood,
} from './likelihoods.ts';

/** What a model makes of given texts after an item's prompt; measured apart from its own answer. */
export interface ItemLikelihoods {
  /** Of every label, where the item has labels. */
  readonly labels?: readonly LabelLikelihood[];
  /** Of the right answer, where the loss is asked for. */
  readonly reference?: TextLikelihood;
}

/** One item's answer and how it scored. */
export interface ScoredAnswer extends AnswerScores {
  readonly item: EvaluationItem;
  readonly answer: string;
  /** No answer to speak of: empty, or none of the item's labels. */
  readonly isInvalid: boolean;
  readonly likelihoods?: ItemLikelihoods;
}

/** How often the likeliest label is the right one: what a model knows, whatever form it answers in. */
export interface LikeliestScores {
  /** Items that have labels. */
  readonly count: number;
  /** Share of right labels, in [0, 1], by likelihood per token. */
  readonly accuracy: number;
  /** The same by the sum over tokens, which favours short labels. */
  readonly accuracyByTotal: number;
  /** Macro-F1 of the labels by likelihood per token, where all items are of one task. */
  readonly labelF1?: number;
}

/** Means over a group of items. */
export interface GroupScores extends AnswerScores {
  readonly count: number;
  /** Share of invalid answers, in [0, 1]. */
  readonly invalidRate: number;
  /** Macro-F1 of the answers as labels, where all items are of one task and have labels. */
  readonly labelF1?: number;
  readonly likeliest?: LikeliestScores;
  /** Mean loss of the right answers in nats per token, where it was measured. */
  readonly loss?: number;
}

export interface TaskScores extends GroupScores {
  readonly task: string;
  readonly majority: AnswerScores;
  readonly random: AnswerScores;
}

export interface Evaluation {
  readonly answers: readonly ScoredAnswer[];
  /** In the order in which the tasks first occur. */
  readonly tasks: readonly TaskScores[];
  /** Every item counts the same. */
  readonly overall: GroupScores;
  /** Every task counts the same, as papers average over benchmarks. */
  readonly taskMean: AnswerScores & { readonly invalidRate: number };
}

/** Whether an answer cannot count: empty after normalization, or outside the label set. */
export function isInvalidAnswer(answer: string, labels?: readonly string[]): boolean {
  const normalized = normalizeAnswer(answer);
  if (!labels) return normalized === '';
  return !labels.some((label) => normalizeAnswer(label) === normalized);
}

/**
 * Scores answers given by any means, one per item and in the items' order, as `likelihoods` are too.
 * @throws where the numbers of items and answers differ.
 */
export function scoreAnswers(
  items: readonly EvaluationItem[],
  answers: readonly string[],
  likelihoods: readonly ItemLikelihoods[] = [],
): Evaluation {
  if (items.length !== answers.length) {
    throw new Error(
      `${items.length} evaluation items but ${answers.length} answers; give one answer per item.`,
    );
  }
  const scored = items.map((item, i): ScoredAnswer => {
    const answer = (answers[i] ?? '').trim();
    const measured = likelihoods[i] ?? {};
    return {
      item,
      answer,
      isInvalid: isInvalidAnswer(answer, item.labels),
      ...scoreAnswer(answer, item.output),
      ...((measured.labels ?? measured.reference) && { likelihoods: measured }),
    };
  });
  const tasks = groupBy(scored, (s) => s.item.task).map(([task, group]) => scoreTask(task, group));
  return { answers: scored, tasks, overall: scoreGroup(scored), taskMean: meanOfTasks(tasks) };
}

function scoreTask(task: string, group: readonly ScoredAnswer[]): TaskScores {
  const items = group.map((s) => s.item);
  return { task, ...scoreGroup(group), majority: majorityBaseline(items), random: randomBaseline(items) };
}

/** Means over any selection of answers. */
export function scoreGroup(group: readonly ScoredAnswer[]): GroupScores {
  const invalid = group.filter((s) => s.isInvalid).length;
  const labelF1 = labelF1Of(group, ({ answer }) => answer);
  const likeliest = scoreLikeliest(group);
  const loss = meanLoss(group.flatMap(({ likelihoods }) => likelihoods?.reference ?? []));
  return {
    ...meanScores(group),
    count: group.length,
    invalidRate: group.length === 0 ? 0 : invalid / group.length,
    ...(labelF1 !== null && { labelF1 }),
    ...(likeliest && { likeliest }),
    ...(loss !== null && { loss }),
  };
}

/** Null where the items are of several tasks, whose labels have nothing to do with each other, or lack labels. */
function labelF1Of(group: readonly ScoredAnswer[], given: (answer: ScoredAnswer) => string): number | null {
  const [first] = group;
  const isOneChoice = group.every(({ item }) => item.labels && item.task === first?.item.task);
  if (!first || !isOneChoice) return null;
  const answers = group.map((answer) => ({ given: given(answer), right: answer.item.output }));
  return macroF1(
    answers,
    group.flatMap(({ item }) => item.labels ?? []),
  );
}

function scoreLikeliest(group: readonly ScoredAnswer[]): LikeliestScores | null {
  const measured = group.filter(({ likelihoods }) => likelihoods?.labels);
  if (measured.length === 0) return null;
  const chosen = (by: LikelihoodOrder) => (answer: ScoredAnswer) =>
    likeliestLabel(answer.likelihoods?.labels ?? [], by);
  const accuracy = (by: LikelihoodOrder): number => {
    const right = measured.filter(
      (answer) => normalizeAnswer(chosen(by)(answer)) === normalizeAnswer(answer.item.output),
    );
    return right.length / measured.length;
  };
  const labelF1 = labelF1Of(measured, chosen('perToken'));
  return {
    count: measured.length,
    accuracy: accuracy('perToken'),
    accuracyByTotal: accuracy('total'),
    ...(labelF1 !== null && { labelF1 }),
  };
}

function meanOfTasks(tasks: readonly TaskScores[]): Evaluation['taskMean'] {
  const invalid = tasks.reduce((sum, t) => sum + t.invalidRate, 0);
  return { ...meanScores(tasks), invalidRate: tasks.length === 0 ? 0 : invalid / tasks.length };
}

function groupBy<T>(values: readonly T[], key: (value: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group) group.push(value);
    else groups.set(key(value), [value]);
  }
  return [...groups];
}
