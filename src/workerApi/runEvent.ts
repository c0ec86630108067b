import type { AnswerScores } from '../evaluation/baselines.ts';
import type { GroupScores } from '../evaluation/evaluate.ts';
import type { Interval, Verdict } from '../evaluation/pairedBootstrap.ts';
import type { Task } from './domain.ts';

/** The stages of a run, in their order. */
export type RunPhase = 'preparing' | 'generating' | 'training' | 'evaluating' | 'exporting';

/** What is being trained or evaluated: the model as it came, or with one of the two adapters. */
export type Variant = 'base' | 'seedsOnly' | 'specialised';

export type ExecutionProvider = 'webgpu' | 'wasm' | 'cpu';

export interface KeptTask extends Task {
  readonly round: number;
  /** Name of the document whose passage was shown while the answer was written. */
  readonly document?: string;
}

export interface RejectedTask {
  readonly round: number;
  /** Whatever the model wrote, as far as it could be read. */
  readonly instruction: string;
  readonly input?: string;
  readonly output?: string;
  /** Short and stable, for counting: "too similar". */
  readonly reason: string;
  /** The whole story in one sentence: "ROUGE-L 0.82 with seed 3". */
  readonly detail?: string;
}

export interface TrainingStep {
  readonly variant: Variant;
  /** Counted from 1. */
  readonly step: number;
  readonly totalSteps: number;
  readonly loss: number;
  readonly learningRate: number;
  /** Before clipping. */
  readonly gradNorm: number;
  /** Tokens of this step, padding left out. */
  readonly tokens: number;
  /** Since the first step of this variant began, pauses left out. */
  readonly elapsedMs: number;
}

/** One line of the results table: a group of held-out tasks, or all of them. */
export interface ComparisonRow {
  readonly task: string;
  readonly scores: Readonly<Partial<Record<Variant, GroupScores>>>;
  /** Always giving the most frequent answer. */
  readonly majority: AnswerScores;
  /** F1 of specialised − base. */
  readonly difference: Interval;
  readonly verdict: Verdict;
}

/** One held-out task with what each variant answered. */
export interface AnsweredTask extends Task {
  readonly task: string;
  readonly answers: Readonly<Partial<Record<Variant, string>>>;
}

export interface Comparison {
  readonly overall: ComparisonRow;
  readonly rows: readonly ComparisonRow[];
  readonly examples: readonly AnsweredTask[];
}

/** Everything that a run reports, in the order in which it happens. Replaying a run's events gives its state. */
export type RunEvent =
  | { readonly type: 'device'; readonly provider: ExecutionProvider; readonly note?: string }
  | { readonly type: 'phase'; readonly phase: RunPhase; readonly round: number; readonly rounds: number }
  | { readonly type: 'kept'; readonly task: KeptTask; readonly wanted: number }
  | { readonly type: 'rejected'; readonly task: RejectedTask }
  | { readonly type: 'step'; readonly step: TrainingStep }
  | { readonly type: 'evaluated'; readonly variant: Variant; readonly done: number; readonly total: number }
  | { readonly type: 'comparison'; readonly comparison: Comparison }
  | { readonly type: 'note'; readonly text: string };
