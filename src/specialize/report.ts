import type { AnswerScores } from '../evaluation/baselines.ts';
import {
  type Evaluation,
  type GroupScores,
  scoreGroup,
  type ScoredAnswer,
  type TaskScores,
} from '../evaluation/evaluate.ts';
import { type Interval, pairedBootstrap, type Verdict, verdictOf } from '../evaluation/pairedBootstrap.ts';
import { controlNames } from './controlNames.ts';
import type { EvaluatedModel, ModelEvaluation, RollBack } from './events.ts';
import { instructionRules } from './instructionRules.ts';
import { discarded } from './rescue.ts';
import { responseRules } from './responseRules.ts';
import type { SpecializeSettings } from './settings.ts';
import type { SpecializationState } from './state.ts';
import { taskKinds, type TaskKind } from './taskKinds.ts';
import type { GeneratedTask, Subject } from './tasks.ts';

/** The scores of every model on the same items. */
export interface ReportRow {
  readonly name: string;
  readonly count: number;
  /** Always `base` and `specialized`; and the controls that were trained. */
  readonly models: Readonly<Partial<Record<EvaluatedModel, GroupScores>>>;
  /** Present for tasks, which are what one constant answer makes sense for. */
  readonly majority?: AnswerScores;
  readonly random?: AnswerScores;
}

/** The difference in token F1 on the same items, in [-1, 1], with its 95 % interval. */
export interface Comparison {
  readonly of: EvaluatedModel;
  readonly with: EvaluatedModel;
  readonly difference: Interval;
  readonly verdict: Verdict;
}

export interface Comparisons {
  readonly overall: ReportRow;
  readonly tasks: readonly ReportRow[];
  /** By where the answer can be known from, if the items say so. */
  readonly sources: readonly ReportRow[];
  readonly comparisons: readonly Comparison[];
}

export interface RejectCount {
  readonly rule: string;
  readonly description: string;
  readonly count: number;
}

export interface Report {
  readonly domain: string;
  /** Of the specialised model against the base on the held-out tasks. */
  readonly verdict: Verdict;
  readonly heldOut: Comparisons;
  /** General tasks; null where the domain has none. */
  readonly retention: Comparisons | null;
  readonly counts: Readonly<Record<'seeds' | 'prompts' | 'generated' | 'kept' | 'train' | 'valid', number>>;
  /** Most frequent first. */
  readonly rejects: readonly RejectCount[];
  /** Where tasks came about in more than one way. */
  readonly kinds?: readonly KindCount[];
  /** Scores after each round, where there was more than one. */
  readonly rounds?: readonly RoundScores[];
  /** The further round that was undone, if one was. */
  readonly rolledBack?: RollBack;
  readonly settings: SpecializeSettings;
}

/** How many tasks came about in one way. */
export interface KindCount {
  readonly kind: TaskKind;
  readonly generated: number;
  readonly kept: number;
}

function countKinds(tasks: readonly GeneratedTask[]): KindCount[] {
  return taskKinds
    .map((kind) => {
      const own = tasks.filter((task) => (task.kind ?? 'inContext') === kind);
      return { kind, generated: own.length, kept: own.filter((task) => task.decision === 'kept').length };
    })
    .filter(({ generated }) => generated > 0);
}

/** The specialised model after a round, also one that was undone. */
export interface RoundScores {
  /** From 1. */
  readonly round: number;
  readonly heldOut: GroupScores;
  /** By where the answer can be known from, as `Comparisons.sources`. */
  readonly sources: readonly ({ readonly name: string } & GroupScores)[];
  readonly retention: GroupScores | null;
}

function scoresOfRound({ heldOut, retention }: ModelEvaluation, i: number): RoundScores {
  const sources = itemSources
    .map((name) => ({
      name,
      ...scoreGroup(heldOut.answers.filter(({ item }) => item.source === name)),
    }))
    .filter(({ count }) => count > 0);
  const hasGeneral = retention.answers.length > 0;
  return {
    round: i + 1,
    heldOut: heldOut.overall,
    sources,
    retention: hasGeneral ? retention.overall : null,
  };
}

const itemSources = ['pretraining', 'documents'] as const;

type Evaluations = Readonly<Partial<Record<EvaluatedModel, ModelEvaluation>>>;

/**
 * Draws the sums of a finished run.
 * @throws where the base or the specialised model has not been evaluated.
 */
export function buildReport(
  domain: Subject & { readonly seeds: readonly unknown[] },
  state: SpecializationState<unknown>,
  settings: SpecializeSettings,
): Report {
  const { evaluations, tasks, dataset, promptsUsed, rounds, rolledBack } = state;
  const heldOut = compareModels(evaluations, 'heldOut', settings.seed);
  const kinds = countKinds(tasks);
  return {
    domain: domain.name,
    verdict: heldOut.comparisons[0]?.verdict ?? 'no difference shown',
    heldOut,
    retention: evaluations.base?.retention.answers.length
      ? compareModels(evaluations, 'retention', settings.seed)
      : null,
    counts: {
      seeds: domain.seeds.length,
      prompts: promptsUsed,
      generated: tasks.length,
      kept: tasks.filter((task) => task.decision === 'kept').length,
      train: dataset?.train.length ?? 0,
      valid: dataset?.valid.length ?? 0,
    },
    rejects: countRejects(tasks),
    ...(kinds.length > 1 && { kinds }),
    ...(rounds.length > 1 && { rounds: rounds.map(scoresOfRound) }),
    ...(rolledBack && { rolledBack }),
    settings,
  };
}

/** How many tasks each rule rejected, most frequent first; rules that rejected none are left out. */
export function countRejects(tasks: SpecializationState<unknown>['tasks']): RejectCount[] {
  return [...instructionRules, ...responseRules, discarded]
    .map(({ name, description }) => {
      const count = tasks.filter((task) => task.rejection?.rule === name).length;
      return { rule: name, description, count };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}

function compareModels(evaluations: Evaluations, set: keyof ModelEvaluation, seed: number): Comparisons {
  const { base, specialized } = evaluations;
  if (!base || !specialized)
    throw new Error('The base and the specialised model must be evaluated before a report.');
  const trained = controlNames.filter((name) => evaluations[name]);
  const order: EvaluatedModel[] = ['base', ...trained, 'specialized'];
  const models: Models = Object.fromEntries(order.map((name) => [name, evaluations[name]![set]]));
  const compare = (of: EvaluatedModel, against: EvaluatedModel): Comparison[] => {
    const [left, right] = [models[of], models[against]];
    if (!left || !right) return [];
    const difference = pairedBootstrap(f1Differences(left, right), { seed });
    return [{ of, with: against, difference, verdict: verdictOf(difference) }];
  };
  return {
    overall: row('all', models, () => true),
    tasks: base[set].tasks.map((task) => taskRow(task, models)),
    sources: itemSources
      .map((source) => row(source, models, (answer) => answer.item.source === source))
      .filter(({ count }) => count > 0),
    comparisons: [
      ...compare('specialized', 'base'),
      ...trained.flatMap((control) => compare('specialized', control)),
      ...trained.flatMap((control) => compare(control, 'base')),
    ],
  };
}

type Models = Readonly<Partial<Record<EvaluatedModel, Evaluation>>>;

function taskRow({ task, majority, random }: TaskScores, models: Models): ReportRow {
  return { ...row(task, models, (answer) => answer.item.task === task), majority, random };
}

function row(name: string, models: Models, belongs: (answer: ScoredAnswer) => boolean): ReportRow {
  const scores = Object.entries(models).map(
    ([model, { answers }]) => [model, scoreGroup(answers.filter(belongs))] as const,
  );
  return { name, count: scores[0]?.[1].count ?? 0, models: Object.fromEntries(scores) };
}

function f1Differences(left: Evaluation, right: Evaluation): number[] {
  return left.answers.map((answer, i) => answer.f1 - (right.answers[i]?.f1 ?? 0));
}
