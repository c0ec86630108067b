import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { compileTrainingModel, type DecoderModel } from '../../src/compileTrainingModel.ts';
import { readPeftParameters } from '../../src/lora/peft.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import type { Device } from '../../src/runtime/device.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import { train } from '../../src/training/train.ts';
import type { StepEvent } from '../../src/training/trainingEvents.ts';
import type { Trajectory } from './trajectory.ts';

/** The families that `tests/fixtures/traced/record.py` recorded, with the file that each was exported to. */
export const tracedFiles = {
  llama: 'model.onnx',
  gpt2: 'decoder_model_merged.onnx',
  gpt_neox: 'decoder_model_merged.onnx',
  lfm2: 'model.onnx',
} as const;

export type TracedFamily = keyof typeof tracedFiles;

export const tracedFamilies = Object.keys(tracedFiles) as TracedFamily[];

/** What PyTorch writes greedily after each prompt alone, by the base model and with the trained adapter. */
export type Continuation = Readonly<Record<'prompts' | 'base' | 'adapted', readonly (readonly number[])[]>>;

export interface TracedModel extends DecoderModel {
  readonly bytes: Uint8Array;
  readonly config: Record<string, unknown>;
  readonly trajectory: Trajectory;
  readonly continuation: Continuation;
  readonly adapterInitial: Uint8Array;
  readonly adapterFinal: Uint8Array;
}

export async function readTraced(family: TracedFamily): Promise<TracedModel> {
  const file = async (name: string) =>
    new Uint8Array(await readFile(`tests/fixtures/traced/${family}/${name}`));
  const json = async (name: string) => JSON.parse(new TextDecoder().decode(await file(name))) as unknown;
  const fileName = tracedFiles[family];
  const bytes = await file(fileName);
  return {
    decoder: decodeModel(bytes, fileName),
    fileName,
    bytes,
    config: (await json('config.json')) as Record<string, unknown>,
    trajectory: (await json('trajectory.json')) as Trajectory,
    continuation: (await json('continuation.json')) as Continuation,
    adapterInitial: await file('adapter_initial.safetensors'),
    adapterFinal: await file('adapter_final.safetensors'),
  };
}

/** The weights of a traced model, which are in its own file. */
export const weightsOf = ({ fileName, bytes }: TracedModel) => ({ files: [{ path: fileName, data: bytes }] });

export const tracedBatch = { batchSize: 2, sequenceLength: 24, logitsChunk: 10 } as const;

/** Repeats a recorded run on `device` and holds every step, and the final adapter, against the record. */
export async function followTraced(model: TracedModel, device: Device): Promise<void> {
  const { rank, alpha, batchSize: _, steps: count, ...options } = model.trajectory.settings;
  const program = compileTrainingModel(
    model,
    { kind: 'lora', rank, alpha, targetModules: 'all-linear' },
    tracedBatch,
  );
  const initial = readPeftParameters(model.adapterInitial, program.layout);
  const rows = model.trajectory.rows.map(
    ({ ids, completionStart }) =>
    tokenizedRow(ids, ids.map((_id, i) => i >= completionStart)), // prettier-ignore
  );
  const events = train({
    device,
    programs: [program],
    weights: weightsOf(model),
    parameters: initial,
    rows,
    options: { ...options, duration: { steps: count }, seed: 0, shuffle: false, evaluateEvery: Infinity },
  });
  const steps: StepEvent[] = [];
  let final = initial;
  for await (const event of events) {
    if (event.type === 'step') steps.push(event);
    if (event.type === 'finished') final = event.parameters;
  }
  expectSteps(steps, model.trajectory.log);
  expectAdapter(final, initial, readPeftParameters(model.adapterFinal, program.layout));
}

function expectSteps(steps: readonly StepEvent[], log: Trajectory['log']): void {
  expect(steps.length).toBe(log.length);
  steps.forEach(({ step, loss, gradNorm }, i) => {
    const recorded = log[i]!;
    expect(Math.abs(loss - recorded.loss), `loss of step ${step}`).toBeLessThan(1e-3);
    expect(Math.abs(gradNorm - recorded.grad_norm), `gradient norm of step ${step}`).toBeLessThan(1e-2);
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
