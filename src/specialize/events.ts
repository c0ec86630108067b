import type { Evaluation } from '../evaluation/evaluate.ts';
import type { TaskWording } from '../taskChanges.ts';
import type { ControlName } from './controlNames.ts';
import type { CoverageMap } from './coverage.ts';
import type { Dataset } from './dataset.ts';
import type { CallProgress } from './languageModel.ts';
import type { Report } from './report.ts';
import type { GeneratedTask, LikelihoodScores, Passage, Rejection, ReplayedTask } from './tasks.ts';

export type AdapterName = ControlName | 'specialized';
export type EvaluatedModel = 'base' | AdapterName;
export type Stage =
  | 'replay'
  | 'recitation'
  | 'instructions'
  | 'responses'
  | 'likelihoods'
  | 'coverage'
  | 'dataset'
  | 'training'
  | 'evaluation';

/** A stretch of work that is either finished or done again from its stored parts. */
export interface Phase {
  readonly stage: Stage;
  /** From 1; stages outside the rounds belong to round 1. */
  readonly round: number;
  /** Whose training or evaluation it is, or which control's answers. */
  readonly model?: EvaluatedModel;
}

export function phaseKey({ stage, round, model }: Phase): string {
  return [stage, round, model ?? ''].join('/');
}

/** Events of writing data; they know nothing of adapters. */
export type GenerationEvent =
  | { readonly type: 'phaseStarted'; readonly phase: Phase }
  | {
      readonly type: 'progress';
      readonly phase: Phase;
      readonly done: number;
      readonly total: number;
      /** How fast the model has written in this phase; put in by whoever runs it and knows the time. */
      readonly writing?: CallProgress;
    }
  | { readonly type: 'phaseFinished'; readonly phase: Phase }
  | { readonly type: 'roundStarted'; readonly round: number }
  | { readonly type: 'passageRecited'; readonly passage: Passage }
  | { readonly type: 'taskReplayed'; readonly task: ReplayedTask }
  | { readonly type: 'taskGenerated'; readonly task: GeneratedTask }
  | { readonly type: 'taskRejected'; readonly id: string; readonly rejection: Rejection }
  | { readonly type: 'coverageMeasured'; readonly of: 'half' | 'kept'; readonly map: CoverageMap }
  /** All tasks of the first `count` instruction prompts have been judged. */
  | { readonly type: 'promptsFinished'; readonly count: number }
  | {
      readonly type: 'taskAnswered';
      readonly id: string;
      readonly output: string;
      readonly passageId?: string;
      readonly furtherPassageIds?: readonly string[];
    }
  | { readonly type: 'taskKept'; readonly id: string }
  | { readonly type: 'taskScored'; readonly id: string; readonly scores: LikelihoodScores };

/** What can become of a task that was asked. */
export type AnswerEvent = Extract<
  GenerationEvent,
  { type: 'taskAnswered' | 'taskKept' | 'taskScored' | 'taskRejected' }
>;

export interface ModelEvaluation {
  /** Zero-shot: the bare task. */
  readonly heldOut: Evaluation;
  /** The held-out tasks again, each after some answered seeds, where the settings ask for it. */
  readonly fewShot?: Evaluation;
  /** With the loss of the right answers. */
  readonly retention: Evaluation;
}

/** Why a round was undone. */
export interface RollBack {
  readonly round: number;
  /** One sentence with the scores that fell. */
  readonly reason: string;
}

/** What `specialize` tells, in order; `state.ts` folds it into what can be stored and continued. */
export type SpecializeEvent<Adapter, TrainingEvent> =
  | GenerationEvent
  /** A control answers these tasks in its own way; `controlAnswer` says what became of them. */
  | {
      readonly type: 'controlStarted';
      readonly control: ControlName;
      readonly tasks: readonly GeneratedTask[];
    }
  | { readonly type: 'controlAnswer'; readonly control: ControlName; readonly event: AnswerEvent }
  /** A person keeps a task, also one that a rule rejected. */
  | { readonly type: 'taskRescued'; readonly id: string }
  /** A person leaves out what no rule rejected. */
  | { readonly type: 'taskDiscarded'; readonly id: string }
  /** A person words a task anew, which keeps it. */
  | { readonly type: 'taskEdited'; readonly id: string; readonly wording: TaskWording }
  /** A person takes back what they did to a task: it is again as it was before. */
  | { readonly type: 'taskRestored'; readonly task: GeneratedTask }
  | ({ readonly type: 'rolledBack' } & RollBack)
  | { readonly type: 'datasetReady'; readonly dataset: Dataset }
  | {
      readonly type: 'training';
      readonly model: AdapterName;
      readonly round: number;
      readonly event: TrainingEvent;
    }
  | {
      readonly type: 'adapterTrained';
      readonly model: AdapterName;
      readonly round: number;
      readonly adapter: Adapter;
    }
  | { readonly type: 'evaluated'; readonly model: EvaluatedModel; readonly evaluation: ModelEvaluation }
  | { readonly type: 'done'; readonly report: Report };
