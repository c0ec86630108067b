import type { ActivationSetting } from '../engine/chooseActivations.ts';

export type { ActivationSetting };

/** Everything that a person sets of how a run goes. Stored with the run, and never changed afterwards. */
export interface RunParameters {
  /** Generated tasks to keep. */
  readonly tasks: number;
  /** Times that the model writes tasks and is trained anew on the base. */
  readonly rounds: number;
  /** Sampling of new instructions; answers are always greedy. */
  readonly temperature: number;
  readonly topP: number;
  /** Highest ROUGE-L that a new task may have with a seed or a kept task. */
  readonly maxSimilarity: number;
  readonly rank: number;
  readonly alpha: number;
  readonly learningRate: number;
  readonly epochs: number;
  readonly batchSize: number;
  /** Tokens per training row. */
  readonly maxLength: number;
  /** What training computes in; absent, as in runs from before there was a choice: `'auto'`. */
  readonly activations?: ActivationSetting;
  /** Also trains an adapter on the seed tasks alone: the control that generation has to beat. */
  readonly seedsOnly: boolean;
  readonly seed: number;
}
