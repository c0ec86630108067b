import type { AnswerScores } from '../evaluation/baselines.ts';
import { type Evaluation, type GroupScores, scoreGroup, type ScoredAnswer } from '../evaluation/evaluate.ts';
import { type Interval, pairedBootstrap, type Verdict, verdictOf } from '../evaluation/pairedBootstrap.ts';
import { controlNames } from './controlNames.ts';
import type { Coverage } from './coverage.ts';
import type { EvaluatedModel, ModelEvaluation, RollBack } from './events.ts';
import { instructionRules } from './instructionRules.ts';
import { likelihoodRules } from './likelihoodRules.ts';
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
  /** Of the specialised model with the base on these items; absent in reports from before rows were compared. */
  readonly comparison?: Comparison;
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
  /** Of the specialised model against the base on the held-out tasks, zero-shot. */
  readonly verdict: Verdict;
  /** Zero-shot. */
  readonly heldOut: Comparisons;
  /** The same after some answered seeds; absent or null where that was not tested. */
  readonly fewShot?: Comparisons | null;
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
  /** Absent where it was not measured. */
  readonly coverage?: Coverage;
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
  const { base, specialized } = evaluations;
  if (!base || !specialized)
    throw new Error('The base and the specialised model must be evaluated before a report.');
  const compare = (set: keyof ModelEvaluation) => compareModels(modelsOn(evaluations, set), settings.seed);
  const heldOut = compare('heldOut');
  const kinds = countKinds(tasks);
  return {
    domain: domain.name,
    verdict: heldOut.comparisons[0]?.verdict ?? 'no difference shown',
    heldOut,
    fewShot: base.fewShot && specialized.fewShot ? compare('fewShot') : null,
    retention: base.retention.answers.length > 0 ? compare('retention') : null,
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
    ...(state.coverage && { coverage: state.coverage }),
    ...(rounds.length > 1 && { rounds: rounds.map(scoresOfRound) }),
    ...(rolledBack && { rolledBack }),
    settings,
  };
}

/** How many tasks each rule rejected, most frequent first; rules that rejected none are left out. */
export function countRejects(tasks: SpecializationState<unknown>['tasks']): RejectCount[] {
  return [...instructionRules, ...responseRules, ...likelihoodRules, discarded]
    .map(({ name, description }) => {
      const count = tasks.filter((task) => task.rejection?.rule === name).length;
      return { rule: name, description, count };
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}

type Models = Readonly<Partial<Record<EvaluatedModel, Evaluation>>>;

/** What the models did on one set, in the order of a report. */
function modelsOn(evaluations: Evaluations, set: keyof ModelEvaluation): Models {
  const order: readonly EvaluatedModel[] = ['base', ...controlNames, 'specialized'];
  const found = order.flatMap((model) => {
    const evaluation = evaluations[model]?.[set];
    return evaluation ? [[model, evaluation] as const] : [];
  });
  return Object.fromEntries(found);
}

function compareModels(models: Models, seed: number): Comparisons {
  const row = (name: string, belongs: Selection): ReportRow => scoreRow(models, name, belongs, seed);
  const all = comparison(models, seed, () => true);
  return {
    overall: row('all', () => true),
    tasks: (models.base?.tasks ?? []).map(({ task, majority, random }) => ({
      ...row(task, ({ item }) => item.task === task),
      majority,
      random,
    })),
    sources: itemSources
      .map((source) => row(source, ({ item }) => item.source === source))
      .filter(({ count }) => count > 0),
    comparisons: [
      ...all('specialized', 'base'),
      ...controlNames.flatMap((control) => all('specialized', control)),
      ...controlNames.flatMap((control) => all(control, 'base')),
    ],
  };
}

type Selection = (answer: ScoredAnswer) => boolean;

function scoreRow(models: Models, name: string, belongs: Selection, seed: number): ReportRow {
  const scores = Object.entries(models).map(
    ([model, { answers }]) => [model, scoreGroup(answers.filter(belongs))] as const,
  );
  const [compared] = comparison(models, seed, belongs)('specialized', 'base');
  return {
    name,
    count: scores[0]?.[1].count ?? 0,
    models: Object.fromEntries(scores),
    ...(compared && { comparison: compared }),
  };
}

/** Compares two models on the answers that belong; nothing where one of them was not evaluated. */
function comparison(models: Models, seed: number, belongs: Selection) {
  return (of: EvaluatedModel, against: EvaluatedModel): Comparison[] => {
    const [left, right] = [models[of], models[against]].map((model) => model?.answers.filter(belongs));
    if (!left || !right) return [];
    const differences = left.map((answer, i) => answer.f1 - (right[i]?.f1 ?? 0));
    const difference = pairedBootstrap(differences, { seed });
    return [{ of, with: against, difference, verdict: verdictOf(difference, differences) }];
  };
}
