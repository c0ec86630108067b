import { expect } from 'vitest';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { readPeftParameters } from '../../src/lora/peft.ts';
import { readSafetensors } from '../../src/lora/safetensors.ts';
import type { Model } from '../../src/graph/model.ts';
import { compileTrainingModel, type CompiledTraining } from '../../src/compileTrainingModel.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeSelfContained } from '../../src/onnx/encode.ts';
import { tokenizedRow, type TokenizedRow } from '../../src/text/tokenizedRow.ts';
import type { Device } from '../../src/runtime/device.ts';
import type { TrainingOptions } from '../../src/training/options.ts';
import type { StepProgram } from '../../src/training/program.ts';
import { train } from '../../src/training/train.ts';
import type { StepEvent } from '../../src/training/trainingEvents.ts';
import type { TrainingInput } from '../../src/training/trainingRun.ts';
import type { ParameterLayout } from '../../src/graph/parameterLayout.ts';

/** The families that `tests/fixtures/trajectories/record.py` recorded. */
export const recordedFamilies = [
  'llama',
  'mistral',
  'qwen2',
  'qwen3',
  'smollm3',
  'phi3',
  'granite',
  'olmo2',
  'gemma2',
  'gemma3',
] as const;

/** What was recorded of one family. */
export interface Trajectory {
  readonly settings: Omit<TrainingOptions, 'duration' | 'seed' | 'shuffle'> & {
    readonly rank: number;
    readonly alpha: number;
    readonly steps: number;
    readonly batchSize: number;
  };
  readonly rows: readonly { readonly ids: number[]; readonly completionStart: number }[];
  readonly log: readonly {
    readonly loss: number;
    readonly grad_norm: number;
    readonly learning_rate: number;
  }[];
}

/** The files of a family's folder, read however the environment reads files. */
export interface TrajectoryFiles {
  readonly config: Record<string, unknown>;
  readonly checkpoint: Uint8Array;
  readonly adapterInitial: Uint8Array;
  readonly adapterFinal: Uint8Array;
  readonly trajectory: Trajectory;
}

/** Reads a family's files through `read`, which takes a path below the repository's root. */
export async function readTrajectory(
  family: string,
  read: (path: string) => Promise<Uint8Array>,
): Promise<TrajectoryFiles> {
  const file = (name: string) => read(`tests/fixtures/trajectories/${family}/${name}`);
  const json = async (name: string) => JSON.parse(new TextDecoder().decode(await file(name))) as unknown;
  return {
    config: (await json('config.json')) as Record<string, unknown>,
    checkpoint: await file('model.safetensors'),
    adapterInitial: await file('adapter_initial.safetensors'),
    adapterFinal: await file('adapter_final.safetensors'),
    trajectory: (await json('trajectory.json')) as Trajectory,
  };
}

/** Compiles for two rows that share a line. */
export const compilePacked: typeof compileTrainingModel = (model, trainable, batch, options) =>
  compileTrainingModel(
    model,
    trainable,
    { ...batch, batchSize: 1, sequenceLength: 48, isPacked: true },
    options,
  );

type CompiledProgram = StepProgram & Pick<CompiledTraining, 'layout'>;

/**
 * Repeats a recorded run on `device` and holds every step, and the final adapter, against the record; of `mostSteps` only
 * the steps.
 */
export async function followTrajectory(
  files: TrajectoryFiles,
  device: Device,
  compile: (...args: Parameters<typeof compileTrainingModel>) => CompiledProgram = compileTrainingModel,
  mostSteps = Infinity,
): Promise<void> {
  const { trajectory } = files;
  const { input, layout } = await recordedRun(files, device, compile);
  const initial = input.parameters;
  const events = train(input);
  const steps: StepEvent[] = [];
  let final = initial;
  for await (const event of events) {
    if (event.type === 'step') steps.push(event);
    // Before training, the forward graph alone must find the first step's loss on the first step's rows.
    if (event.type === 'evaluation' && event.step === 0)
      expect(Math.abs(event.loss - trajectory.log[0]!.loss), 'evaluation loss').toBeLessThan(1e-3);
    if (event.type === 'finished') final = event.parameters;
    if (steps.length === mostSteps) break;
  }
  expectSteps(steps, trajectory.log.slice(0, mostSteps));
  if (steps.length === mostSteps) return;
  expectAdapter(final, initial, readPeftParameters(files.adapterFinal, layout));
}

/** The run that was recorded, and how its adapter is laid out. */
export async function recordedRun(
  files: TrajectoryFiles,
  device: Device,
  compile: (...args: Parameters<typeof compileTrainingModel>) => CompiledProgram = compileTrainingModel,
): Promise<{ input: TrainingInput; layout: ParameterLayout }> {
  const { trajectory, config } = files;
  const fileName = 'model_q4.onnx';
  const model = await encodeSelfContained(exportRecorded(files), () => new Uint8Array());
  const { rank, alpha, batchSize, steps, ...options } = trajectory.settings;
  const program = compile(
    { decoder: decodeModel(model), fileName, modelType: String(config['model_type']) },
    { kind: 'lora', rank, alpha, targetModules: 'all-linear' },
    { batchSize, sequenceLength: 24, logitsChunk: 10 },
  );
  const rows = trajectory.rows.map(toTokenizedRow);
  const input = {
    device,
    programs: [program],
    batchSize,
    weights: { files: [{ path: fileName, data: model }] },
    parameters: readPeftParameters(files.adapterInitial, program.layout),
    rows,
    evaluationRows: rows.slice(0, batchSize * options.gradientAccumulationSteps),
    options: { ...options, duration: { steps }, seed: 0, shuffle: false, evaluateEvery: Infinity },
  };
  return { input, layout: program.layout };
}

/** The recorded checkpoint in 4 bits, which hold it exactly. */
export function exportRecorded({ config, checkpoint }: TrajectoryFiles): Model {
  const { tensors } = readSafetensors(checkpoint);
  return exportDecoder({ config, tensors, dtype: 'q4', zeroPoints: config['zero_points'] === true });
}

/** A recorded row as training takes it. */
export function toTokenizedRow({
  ids,
  completionStart,
}: {
  ids: number[];
  completionStart: number;
}): TokenizedRow {
  return tokenizedRow(ids, ids.map((_, i) => i >= completionStart)); // prettier-ignore
}

function expectSteps(steps: readonly StepEvent[], log: Trajectory['log']): void {
  expect(steps.length).toBe(log.length);
  steps.forEach(({ step, loss, gradNorm, learningRate }, i) => {
    const recorded = log[i]!;
    expect(learningRate, `learning rate of step ${step}`).toBeCloseTo(recorded.learning_rate, 9);
    expect(
      Math.abs(loss - recorded.loss),
      `loss of step ${step}: ${loss}, recorded ${recorded.loss}`,
    ).toBeLessThan(1e-3);
    const difference = Math.abs(gradNorm - recorded.grad_norm);
    expect(
      difference,
      `gradient norm of step ${step}: ${gradNorm}, recorded ${recorded.grad_norm}`,
    ).toBeLessThan(1e-2);
  });
}

/** The final adapter may be off by 1 % of the distance that training moved it. */
function expectAdapter(final: Float32Array, initial: Float32Array, recorded: Float32Array): void {
  const distance = (a: Float32Array, b: Float32Array) =>
    Math.sqrt(a.reduce((sum, x, i) => sum + (x - b[i]!) ** 2, 0));
  const moved = distance(recorded, initial);
  expect(moved).toBeGreaterThan(0.1);
  expect(distance(final, recorded) / moved).toBeLessThan(1e-2);
}
