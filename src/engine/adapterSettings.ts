import type { TargetModules } from '../lora/targets.ts';
import type { TrainingOptions } from '../training/options.ts';
import type { ActivationSetting } from './chooseActivations.ts';

/** How an adapter is shaped and trained; data of its own beside the settings of writing the training rows. */
export interface AdapterSettings extends Pick<
  TrainingOptions,
  'learningRate' | 'schedule' | 'warmupSteps' | 'weightDecay' | 'maxGradNorm'
> {
  readonly rank: number;
  readonly alpha: number;
  readonly rankStabilized: boolean;
  readonly targetModules: TargetModules;
  /** Rows per optimizer step. */
  readonly batchSize: number;
  /** Longest training row in tokens; longer ones are cut. */
  readonly maxLength: number;
  readonly epochs: number;
  /**
   * Share of what was learned that the finished adapter adds to the base: its alpha is scaled by it. Below 1 it is a
   * point between base and trained model, where more of the old is kept than of the new is lost (WiSE-FT, Wortsman et al.
   * 2022, arXiv 2109.01903). 1, all of it, where it is left out.
   */
  readonly strength?: number;
  /** Bytes that training may take; see `ProgramRequest`. */
  readonly memoryBudget?: number;
  /** What activations are computed in; default: `'auto'`. */
  readonly activations?: ActivationSetting;
}

/** As published (Self-MoE, arXiv 2406.12034): rank 8, all linear layers, 3 epochs at batch 32. */
export const faithfulAdapter: AdapterSettings = {
  rank: 8,
  alpha: 16,
  rankStabilized: false,
  targetModules: 'all-linear',
  learningRate: 3e-4,
  schedule: 'constant',
  warmupSteps: 0,
  weightDecay: 0,
  maxGradNorm: 1,
  batchSize: 32,
  maxLength: 512,
  epochs: 3,
  strength: 1,
};

/** For 100 M to 3 B parameters: smaller batches, a higher rate that falls to zero. */
export const smallModelAdapter: AdapterSettings = {
  ...faithfulAdapter,
  learningRate: 1e-3,
  schedule: 'linear',
  warmupSteps: 5,
  batchSize: 8,
};

/** For the embedded model: rows are short, and a model this narrow takes larger and more steps. */
export const pocketAdapter: AdapterSettings = {
  ...smallModelAdapter,
  rank: 16,
  alpha: 32,
  learningRate: 1e-3,
  batchSize: 16,
  maxLength: 192,
  epochs: 4,
  strength: 0.85,
};
