import { compileTrainingModel, type CompiledTraining, type Trainable } from '../compileTrainingModel.ts';
import type { Adapter, LoraConfig } from '../lora/adapter.ts';
import { initializeAdapter } from '../lora/initializeAdapter.ts';
import type { TargetModules } from '../lora/targets.ts';
import type { Device } from '../runtime/device.ts';
import { planShapes } from '../training/batches.ts';
import type { TrainingCheckpoint } from '../training/checkpoint.ts';
import type { TrainingControl } from '../training/control.ts';
import type { TrainingOptions } from '../training/options.ts';
import type { TrainingProgram } from '../training/program.ts';
import { train } from '../training/train.ts';
import type { TrainingEvent } from '../training/trainingEvents.ts';
import type { TokenizedRow } from '../text/tokenizedRow.ts';
import type { LoadedGraph } from './loadModel.ts';
import { planMemory } from './memoryPlan.ts';

export interface AdapterTraining {
  readonly model: LoadedGraph;
  readonly device: Device;
  readonly rows: readonly TokenizedRow[];
  readonly evaluationRows?: readonly TokenizedRow[];
  readonly lora: LoraConfig & { readonly targetModules: TargetModules };
  /** Rows per microstep. */
  readonly batchSize: number;
  /** Longest row in tokens; longer ones are cut. */
  readonly maxLength: number;
  /** Device memory that training may take, in bytes; default 4 GiB. See `planMemory`. */
  readonly memoryBudget?: number;
  readonly options: TrainingOptions;
  /** Uniform in [0, 1), for the fresh adapter. */
  readonly random: () => number;
  /** Parameters to start from instead of a fresh adapter. */
  readonly initial?: Float32Array;
  readonly resumeFrom?: TrainingCheckpoint;
  readonly control?: TrainingControl;
  readonly signal?: AbortSignal;
}

/** Compiles the training graphs for the rows' lengths and trains; returns the adapter. */
export async function* trainAdapter(training: AdapterTraining): AsyncGenerator<TrainingEvent, Adapter> {
  const { model, device, rows, lora, options, resumeFrom, control, signal } = training;
  const { rank, alpha, rankStabilized = false } = lora;
  const trainable: Trainable = { kind: 'lora', ...lora };
  const programs = compilePrograms(training, trainable, training.batchSize);
  const { layout } = programs[0]!;
  let parameters = training.initial ?? initializeAdapter(layout, training.random);
  const evaluationRows = training.evaluationRows ?? [];
  const optional = {
    ...(resumeFrom && { resumeFrom }),
    ...(control && { control }),
    ...(signal && { signal }),
  };
  const input = {
    device,
    programs,
    recompile: (batchSize: number) => compilePrograms(training, trainable, batchSize),
    weights: model.weights,
    parameters,
    rows,
    evaluationRows,
    options,
    ...optional,
  };
  for await (const event of train(input)) {
    if (event.type === 'finished') ({ parameters } = event);
    yield event;
  }
  return { config: { rank, alpha, rankStabilized }, layout, parameters };
}

/**
 * Programs for the rows' lengths, compiled for the memory there is. A model with many weights gets one program for all
 * lengths, which also evaluates: every session would hold the weights once more.
 */
function compilePrograms(
  { model, rows, evaluationRows = [], maxLength, memoryBudget = 2 ** 32 }: AdapterTraining,
  trainable: Trainable,
  batchSize: number,
): CompiledProgram[] {
  const shapes = planShapes([...rows, ...evaluationRows], batchSize, maxLength);
  const plan = planMemory(model.decoder, trainable, shapes.at(-1)!, memoryBudget);
  const isHeavy = plan.memory.weights > manyWeights;
  return (isHeavy ? shapes.slice(-1) : shapes).map((shape) => {
    const program = compileTrainingModel(model.decoder, trainable, shape, { recompute: plan.recompute });
    return isHeavy ? { ...program, forwardGraph: null, isLean: true } : program;
  });
}

/** A program with the layout of what it trains. */
type CompiledProgram = Omit<CompiledTraining, 'forwardGraph'> & TrainingProgram;

/** Bytes of weights that are not worth holding twice. */
const manyWeights = 2 ** 26;
