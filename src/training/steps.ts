import type { DeviceTensor } from '../runtime/device.ts';
import type { TokenizedRow } from '../text/tokenizedRow.ts';
import type { OptimizerVectors, StepSettings } from './optimizerState.ts';
import type { StepProgram } from './program.ts';

/** A number that the device may still be computing. It never counts as an unhandled rejection. */
export interface Pending {
  readonly value: Promise<number>;
}

/** What a gradient is computed from besides parameters. */
export interface GradientRequest {
  readonly rows: readonly TokenizedRow[];
  /** What each supervised token counts. */
  readonly weight: number;
  /** For programs in half precision; 1 where it is left out. */
  readonly lossScale?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The two halves of a step, and what they change. Both may return before the device has computed anything: then the next
 * step may be begun before the numbers of the last one are there.
 */
export interface Steps {
  /** Whether numbers come later than `gradient` and `update` return. */
  readonly isAhead: boolean;
  /** To be fed; they belong to this object. */
  readonly parameters: DeviceTensor;
  /** A vector as large as the gradient, to be fed where its contents do not matter. */
  readonly anyGradient: DeviceTensor;
  /** Computes the gradient over rows, one microbatch after the other; their loss. */
  gradient(request: GradientRequest): Promise<Pending>;
  /**
   * Applies one AdamW step with the gradient, once; that gradient's norm before clipping. Where it is not finite nothing is
   * changed if `isDoubtful`; otherwise the run must end with that.
   */
  update(settings: StepSettings, isDoubtful: boolean): Promise<Pending>;
  /** Goes on with other programs for the same parameters. Nothing may be pending. */
  replacePrograms(programs: readonly StepProgram[]): Promise<void>;
  /** Copies parameters and moments out. */
  download(): Promise<OptimizerVectors>;
  /** Releases tensors, and sessions that are not among the run's `TrainingSessions`. */
  dispose(): Promise<void>;
}

export function pending(value: Promise<number> | number): Pending {
  const promise = Promise.resolve(value);
  promise.catch(() => undefined);
  return { value: promise };
}
