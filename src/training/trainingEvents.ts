import type { TrainingCheckpoint } from './checkpoint.ts';

export interface StartedEvent {
  readonly type: 'started';
  /** Steps done before, when resuming. */
  readonly step: number;
  readonly totalSteps: number;
  readonly parameterCount: number;
  /** Rows trained on. */
  readonly rows: number;
  readonly truncatedRows: number;
  readonly droppedRows: number;
}

export interface StepEvent {
  readonly type: 'step';
  /** Counted from 1. */
  readonly step: number;
  /** Mean over the supervised tokens of the whole accumulated batch, before the update. */
  readonly loss: number;
  /** Before clipping. */
  readonly gradNorm: number;
  readonly learningRate: number;
  /** Tokens without padding, since the run's beginning. */
  readonly tokens: number;
  readonly epoch: number;
  /** Duration of this step. */
  readonly seconds: number;
}

export interface EvaluationEvent {
  readonly type: 'evaluation';
  /** Steps done. */
  readonly step: number;
  /** Mean over the supervised tokens of the evaluation rows. */
  readonly loss: number;
}

export interface CheckpointEvent {
  /** `'paused'`: the run now waits, and can be continued from this checkpoint even if it is never resumed. */
  readonly type: 'checkpoint' | 'paused';
  readonly checkpoint: TrainingCheckpoint;
}

/** The device ran out of memory; the step is tried again with fewer rows at a time, from a checkpoint just yielded. */
export interface SmallerBatchEvent {
  readonly type: 'smallerBatch';
  /** Steps done. */
  readonly step: number;
  /** Rows per microbatch from now on. */
  readonly batchSize: number;
}

export interface FinishedEvent {
  readonly type: 'finished';
  /** Steps done. */
  readonly step: number;
  /** Whether it ended before its last step because it was asked to. */
  readonly isStopped: boolean;
  readonly parameters: Float32Array;
}

export type TrainingEvent =
  StartedEvent | StepEvent | EvaluationEvent | CheckpointEvent | SmallerBatchEvent | FinishedEvent;
