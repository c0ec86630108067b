import type { ActivationSetting } from '../engine/chooseActivations.ts';
import type { ControlName } from '../specialize/controlNames.ts';

export type { ActivationSetting, ControlName };

/** A preset: as published, for models of up to some billion parameters, or for the embedded one. */
export type MethodName = 'pocket' | 'small' | 'faithful';

/** Everything that a person sets of how a run goes. Stored with the run, and never changed afterwards. */
export interface RunParameters {
  /** Where all else comes from; absent in runs from before there was a choice: what suits the model. */
  readonly method?: MethodName;
  /** Any further setting, by the name and in the form that the command line has it. */
  readonly settings?: Readonly<Record<string, unknown>>;
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
  /** Adapters that are trained too, each with one thing left out: what the specialist has to beat. */
  readonly controls?: readonly ControlName[];
  /** In runs from before there were other controls. */
  readonly seedsOnly?: boolean;
  /** Answered seeds shown in a second test of the unseen tasks; absent, as in earlier runs, or 0: no such test. */
  readonly fewShot?: number;
  /** Write the second half of the tasks about what the first left out of the documents; absent: not. */
  readonly coverage?: boolean;
  readonly seed: number;
}

export const controlsOf = ({ controls, seedsOnly }: RunParameters): readonly ControlName[] =>
  controls ?? (seedsOnly ? ['seedsOnly'] : []);
