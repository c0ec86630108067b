import type { Device, WeightFiles } from '../runtime/device.ts';
import { discardArray } from '../runtime/discard.ts';
import type { TokenizedRow } from '../text/tokenizedRow.ts';
import type { FittedRows } from './batches.ts';
import { assertResumable, type TrainingCheckpoint } from './checkpoint.ts';
import { TrainingControl } from './control.ts';
import { initialLossScale, type LossScale } from './lossScale.ts';
import { openSteps } from './openSteps.ts';
import { totalStepsOf, type TrainingOptions } from './options.ts';
import { isInHalf, type StepProgram } from './program.ts';
import type { Steps } from './steps.ts';
import { TrainingData } from './trainingData.ts';
import type { TrainingSessions } from './trainingSessions.ts';

export interface TrainingInput {
  readonly device: Device;
  /** One program, or several for rows of different length. */
  readonly programs: readonly StepProgram[];
  /**
   * Programs that do the same as the last ones in less memory, for instance with half the rows at a time; null where
   * there are none. With it a run that the device has no memory for goes on.
   */
  readonly recompile?: () => readonly StepProgram[] | null;
  /** Rows per microstep; default: those of a microbatch, of which the programs may have fewer for lack of memory. */
  readonly batchSize?: number;
  /** Longest row in tokens; default: that of the longest program, whose lines may be longer where rows share them. */
  readonly maxLength?: number;
  /** Where the programs' initializers are. */
  readonly weights: WeightFiles;
  /** Flat parameters to start from, laid out as the programs' `layout` says; ignored when resuming. */
  readonly parameters: Float32Array;
  readonly rows: readonly TokenizedRow[];
  /** Held-out rows for `evaluation` events. */
  readonly evaluationRows?: readonly TokenizedRow[];
  readonly options: TrainingOptions;
  /** Where the loss's scale begins, for programs in half precision; ignored when resuming. */
  readonly lossScale?: LossScale;
  /** Continue from here instead of from the beginning. */
  readonly resumeFrom?: TrainingCheckpoint;
  /** Pauses, resumes, ends the run early. */
  readonly control?: TrainingControl;
  /** Throws the run away: the generator throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What a run carries from step to step. */
export interface TrainingRun {
  readonly options: TrainingOptions;
  readonly control: TrainingControl;
  readonly signal: AbortSignal | undefined;
  readonly recompile: TrainingInput['recompile'];
  readonly data: TrainingData;
  readonly sessions: TrainingSessions;
  readonly steps: Steps;
  readonly config: TrainingCheckpoint['config'];
  readonly parameterCount: number;
  readonly totalSteps: number;
  /** Steps done, or begun. */
  step: number;
  tokens: number;
  /** `null` where no program computes in half precision. */
  lossScale: LossScale | null;
  /** When the numbers of a step were there last, as `performance.now` tells it. */
  lastFinish: number;
}

/** Prepares data and device; the caller disposes the run's steps and then its sessions. */
export async function createRun(
  input: TrainingInput,
  program: StepProgram,
  sessions: TrainingSessions,
  fitted: FittedRows,
): Promise<TrainingRun> {
  const { options, resumeFrom } = input;
  const { rows } = fitted;
  if (rows.length === 0) {
    throw new Error(
      `None of the ${input.rows.length} rows has a supervised token within ${program.sequenceLength} tokens.`,
    );
  }
  const seed = options.shuffle ? options.seed : null;
  const batchSize = input.batchSize ?? program.batchSize;
  const data = new TrainingData(rows, batchSize * options.gradientAccumulationSteps, seed);
  const totalSteps = totalStepsOf(options.duration, rows.length, data.rowsPerStep);
  const config = runConfig(options, batchSize, data, totalSteps, program);
  const parameterCount = program.layout.size;
  if (resumeFrom) assertResumable(resumeFrom, config, parameterCount);
  else assertSize(input.parameters, parameterCount);
  return {
    options,
    control: input.control ?? new TrainingControl(),
    signal: input.signal,
    recompile: input.recompile,
    data,
    sessions,
    steps: await createSteps(input, sessions, parameterCount),
    config,
    parameterCount,
    totalSteps,
    step: resumeFrom?.step ?? 0,
    tokens: resumeFrom?.tokens ?? 0,
    lossScale: isInHalf(program) ? ((resumeFrom ?? input).lossScale ?? initialLossScale) : null,
    lastFinish: 0,
  };
}

async function createSteps(
  { device, resumeFrom, parameters }: TrainingInput,
  sessions: TrainingSessions,
  parameterCount: number,
): Promise<Steps> {
  const zeros = new Float32Array(parameterCount);
  const start = resumeFrom ?? { parameters, firstMoment: zeros, secondMoment: zeros };
  const steps = await openSteps(device, sessions, start);
  discardArray(zeros);
  return steps;
}

function assertSize(parameters: Float32Array, size: number): void {
  if (parameters.length !== size) {
    throw new Error(
      `The initial parameters have ${parameters.length} elements, but the programs train ${size}.`,
    );
  }
}

/** What must be the same for a resumed run to give the losses of an uninterrupted one. */
function runConfig(
  options: TrainingOptions,
  batchSize: number,
  data: TrainingData,
  totalSteps: number,
  program: StepProgram,
): TrainingCheckpoint['config'] {
  const {
    learningRate,
    schedule,
    warmupSteps,
    gradientAccumulationSteps,
    weightDecay,
    maxGradNorm,
    seed,
    shuffle,
  } = options;
  return {
    learningRate,
    schedule,
    warmupSteps,
    gradientAccumulationSteps,
    weightDecay,
    maxGradNorm,
    shuffle,
    ...(shuffle ? { seed } : {}),
    // A constant rate does not depend on the run's length, so such a run may be extended.
    ...(schedule === 'constant' ? {} : { totalSteps }),
    batchSize,
    ...(isInHalf(program) ? { activations: 'float16' } : {}),
    rows: data.fingerprint(),
  };
}
