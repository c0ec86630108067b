import { normalizeAnswer } from './answerMatch.ts';
import { type AnswerScores, majorityBaseline, meanScores, randomBaseline, scoreAnswer } from './baselines.ts';
import type { EvaluationItem } from './items.ts';

/** One item's answer and how it scored. */
export interface ScoredAnswer extends AnswerScores {
  readonly item: EvaluationItem;
  readonly answer: string;
  /** No answer to speak of: empty, or none of the item's labels. */
  readonly isInvalid: boolean;
}

/** Means over a group of items. */
export interface GroupScores extends AnswerScores {
  readonly count: number;
  /** Share of invalid answers, in [0, 1]. */
  readonly invalidRate: number;
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
 * Scores answers given by any means, one per item and in the items' order.
 * @throws where the numbers of items and answers differ.
 */
export function scoreAnswers(items: readonly EvaluationItem[], answers: readonly string[]): Evaluation {
  if (items.length !== answers.length) {
    throw new Error(
      `${items.length} evaluation items but ${answers.length} answers; give one answer per item.`,
    );
  }
  const scored = items.map((item, i): ScoredAnswer => {
    const answer = (answers[i] ?? '').trim();
    return {
      item,
      answer,
      isInvalid: isInvalidAnswer(answer, item.labels),
      ...scoreAnswer(answer, item.output),
    };
  });
  const tasks = groupBy(scored, (s) => s.item.task).map(([task, group]) => scoreTask(task, group));
  return { answers: scored, tasks, overall: scoreGroup(scored), taskMean: meanOfTasks(tasks) };
}

export interface EvaluateOptions {
  /** Items per call of `answer`; the default asks for all at once. */
  readonly batchSize?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Asks for the answers batch by batch and scores them. */
export async function evaluate(
  items: readonly EvaluationItem[],
  answer: (items: readonly EvaluationItem[]) => Promise<readonly string[]>,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const batchSize = Math.max(1, options.batchSize ?? items.length);
  const answers: string[] = [];
  for (let start = 0; start < items.length; start += batchSize) {
    answers.push(...(await answer(items.slice(start, start + batchSize))));
    options.onProgress?.(answers.length, items.length);
  }
  return scoreAnswers(items, answers);
}

function scoreTask(task: string, group: readonly ScoredAnswer[]): TaskScores {
  const items = group.map((s) => s.item);
  return { task, ...scoreGroup(group), majority: majorityBaseline(items), random: randomBaseline(items) };
}

/** Means over any selection of answers. */
export function scoreGroup(group: readonly ScoredAnswer[]): GroupScores {
  const invalid = group.filter((s) => s.isInvalid).length;
  return {
    ...meanScores(group),
    count: group.length,
    invalidRate: group.length === 0 ? 0 : invalid / group.length,
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
