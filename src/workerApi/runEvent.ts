import type { AdapterName, SpecializeEvent } from '../specialize/events.ts';
import type {
  EvaluationEvent,
  PlannedEvent,
  SkippedStepEvent,
  SmallerBatchEvent,
  StartedEvent,
  StepEvent,
} from '../training/trainingEvents.ts';
import type { TrainedAdapter } from './adapter.ts';

export type { ScoredAnswer } from '../evaluation/evaluate.ts';
export type { Interval, Verdict } from '../evaluation/pairedBootstrap.ts';
export type { CoverageMap } from '../specialize/coverage.ts';
export type {
  AdapterName,
  AnswerEvent,
  EvaluatedModel,
  ModelEvaluation,
  Phase,
  Stage,
} from '../specialize/events.ts';
export type { CallProgress } from '../specialize/languageModel.ts';
export type {
  Comparison,
  Comparisons,
  KindCount,
  Report,
  ReportRow,
  RoundScores,
} from '../specialize/report.ts';
export type { GeneratedTask } from '../specialize/tasks.ts';
export type {
  ChosenActivations,
  PlannedEvent,
  SkippedStepEvent,
  StartedEvent,
  StepEvent,
} from '../training/trainingEvents.ts';

export type ExecutionProvider = 'webgpu' | 'wasm' | 'cpu';

/** What training tells the page; checkpoints and parameters stay in the worker. */
export type TrainingProgress =
  PlannedEvent | StartedEvent | StepEvent | SkippedStepEvent | EvaluationEvent | SmallerBatchEvent;

/** Everything that a run reports, in the order in which it happens. Replaying a run's events gives its state. */
export type RunEvent =
  | { readonly type: 'device'; readonly provider: ExecutionProvider; readonly note?: string }
  | { readonly type: 'note'; readonly text: string }
  | SpecializeEvent<TrainedAdapter, TrainingProgress>;

export type AdapterTrainedEvent = Extract<RunEvent, { type: 'adapterTrained' }>;
export type Adapters<T> = Readonly<Partial<Record<AdapterName, T>>>;
