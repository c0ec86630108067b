import type { Schedule } from './schedule.ts';

/** How long to train: optimizer steps, or passes over the rows. */
export type TrainingDuration = { readonly steps: number } | { readonly epochs: number };

export interface TrainingOptions {
  readonly duration: TrainingDuration;
  readonly learningRate: number;
  readonly schedule: Schedule;
  readonly warmupSteps: number;
  /** Microsteps per optimizer step. */
  readonly gradientAccumulationSteps: number;
  readonly weightDecay: number;
  /** Gradient norm above which the gradient is scaled down; 0 switches clipping off. */
  readonly maxGradNorm: number;
  readonly seed: number;
  /** `false` keeps file order, wrapping around. */
  readonly shuffle: boolean;
  /** What becomes of rows longer than the longest program. Default: `'truncate'`. */
  readonly overlong?: 'truncate' | 'drop';
  /** Evaluate before the first step, every so many steps, and at the end. Default: never. */
  readonly evaluateEvery?: number;
  /** Yield a checkpoint every so many steps and at the end. Default: never. */
  readonly checkpointEvery?: number;
}

/** DESIGN's defaults for a LoRA run; `duration` is the caller's to say. */
export const defaultTrainingOptions = {
  learningRate: 3e-4,
  schedule: 'linear',
  warmupSteps: 0,
  gradientAccumulationSteps: 1,
  weightDecay: 0,
  maxGradNorm: 1,
  seed: 0,
  shuffle: true,
} as const satisfies Omit<TrainingOptions, 'duration'>;

/** Optimizer steps of the whole run; an epoch's last, smaller batch counts as a step. */
export function totalStepsOf(duration: TrainingDuration, rowCount: number, rowsPerStep: number): number {
  return 'steps' in duration ? duration.steps : Math.ceil((duration.epochs * rowCount) / rowsPerStep);
}

/** Throws naming the first setting that makes no sense. */
export function assertOptions(options: TrainingOptions): void {
  const { duration, gradientAccumulationSteps, learningRate, warmupSteps, weightDecay, maxGradNorm } =
    options;
  if ('steps' in duration) requireCount('steps', duration.steps);
  else requireNumber('epochs', duration.epochs, duration.epochs > 0, 'above 0');
  requireCount('gradientAccumulationSteps', gradientAccumulationSteps);
  const fromZero = { learningRate, warmupSteps, weightDecay, maxGradNorm };
  for (const [setting, value] of Object.entries(fromZero))
    requireNumber(setting, value, value >= 0, '0 or more');
}

function requireCount(name: string, value: number): void {
  requireNumber(name, value, Number.isInteger(value) && value > 0, 'a whole number above 0');
}

function requireNumber(name: string, value: number, isFine: boolean, expected: string): void {
  if (!isFine || !Number.isFinite(value)) throw new Error(`${name} must be ${expected}, not ${value}.`);
}
