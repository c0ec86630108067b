import type { TrainingMemory } from '../graph/memoryEstimate.ts';
import type { TrainingCheckpoint } from './checkpoint.ts';
import type { StreamingCost } from './streamedProgram.ts';

/** What activations are computed in, and why. */
export interface ChosenActivations {
  readonly precision: 'float16' | 'float32';
  /** One sentence for people. */
  readonly note: string;
}

/**
 * How the run was compiled for the memory it may take; comes first, before anything is on the device, and again where the
 * device had less.
 */
export interface PlannedEvent {
  readonly type: 'planned';
  /** Rows per microbatch, fewer than were asked for where they would not fit; lines where rows share them. */
  readonly batchSize: number;
  /** Tokens of the longest row or line, with padding. */
  readonly sequenceLength: number;
  /** What is computed a second time for backpropagation. */
  readonly recompute: 'none' | 'elementwise' | 'perLayer';
  readonly fit: 'fits' | 'tight' | 'does not fit';
  /** What a step takes by estimate. */
  readonly memory: TrainingMemory;
  /** Bytes that it may take. */
  readonly budgetBytes: number;
  /** What a step costs where the weights do not fit and are streamed from their files, piece by piece. */
  readonly streaming?: StreamingCost;
  /** Whether short rows share lines. */
  readonly isPacked?: boolean;
  /** Where there was a choice besides float32. */
  readonly activations?: ChosenActivations;
}

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
  /** What the loss was multiplied by on its way back through half precision; absent in float32. */
  readonly lossScale?: number;
}

/**
 * Half precision could not hold a step's gradients: parameters and moments stay as they are, and the step is computed
 * again with a smaller scale.
 */
export interface SkippedStepEvent {
  readonly type: 'skippedStep';
  /** The step that is tried again. */
  readonly step: number;
  /** The scale that it is tried with. */
  readonly lossScale: number;
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

/** The device ran out of memory; the step is tried again with programs that take less, from a checkpoint just yielded. */
export interface SmallerBatchEvent {
  readonly type: 'smallerBatch';
  /** Steps done. */
  readonly step: number;
  /** Rows per microbatch from now on, or lines where rows share them; as before, where layers are computed again instead. */
  readonly batchSize: number;
  readonly isPacked?: boolean;
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
  | PlannedEvent
  | StartedEvent
  | StepEvent
  | SkippedStepEvent
  | EvaluationEvent
  | CheckpointEvent
  | SmallerBatchEvent
  | FinishedEvent;
