import { compileTrainingModel, type CompiledTraining, type Trainable } from '../compileTrainingModel.ts';
import type { Adapter, LoraConfig } from '../lora/adapter.ts';
import { initializeAdapter } from '../lora/initializeAdapter.ts';
import type { TargetModules } from '../lora/targets.ts';
import type { Device } from '../runtime/device.ts';
import { planShapes } from '../training/batches.ts';
import type { TrainingCheckpoint } from '../training/checkpoint.ts';
import type { TrainingControl } from '../training/control.ts';
import type { TrainingOptions } from '../training/options.ts';
import { train } from '../training/train.ts';
import type { TrainingEvent } from '../training/trainingEvents.ts';
import type { TokenizedRow } from '../text/tokenizedRow.ts';
import type { LoadedGraph } from './loadModel.ts';

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
  const programs = compilePrograms(training, trainable);
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

function compilePrograms(training: AdapterTraining, trainable: Trainable): CompiledTraining[] {
  const { model, rows, evaluationRows = [], batchSize, maxLength } = training;
  return planShapes([...rows, ...evaluationRows], batchSize, maxLength).map((shape) =>
    compileTrainingModel(model.decoder, trainable, shape),
  );
}
