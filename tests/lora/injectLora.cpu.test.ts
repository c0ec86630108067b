import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { compileTrainingModel, type Trainable } from '../../src/compileTrainingModel.ts';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { buildGenerationModel } from '../../src/generation/buildGenerationModel.ts';
import type { Model } from '../../src/graph/model.ts';
import { adapterTensors } from '../../src/lora/injectLora.ts';
import { findLoraTargets, type LoraTarget } from '../../src/lora/targets.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { layOutBatch, totalSupervised } from '../../src/training/batches.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';
import {
  exportRecorded,
  readTrajectory,
  recordedFamilies,
  toTokenizedRow,
  type TrajectoryFiles,
} from '../support/trajectory.ts';

const bits = (numbers: Float32Array) => [...new Uint32Array(numbers.slice().buffer)];

/** Logits of the last position, for five tokens and an empty cache. */
async function logits(model: Model, targets: readonly LoraTarget[], valueOfB: number): Promise<Float32Array> {
  const device = createNodeDevice({ threads: 1 });
  const graph = buildGenerationModel(model, targets);
  const session = await device.createSession({ graph: encodeModel(graph), weights: { files: [] } });
  const int64 = (values: number[], dims: number[]) =>
    device.hostTensor(BigInt64Array.from(values, BigInt), dims);
  const filled = (shape: readonly number[], value: number) =>
    device.hostTensor(new Float32Array(shape.reduce((a, b) => a * b)).fill(value), shape);
  const adapters = adapterTensors(targets, 3).map(
    ({ name, shape }) => [name, filled(shape, name.endsWith('lora_B') ? valueOfB : 0.3)] as const,
  );
  const caches = graph.graph.inputs.flatMap(({ name, shape }) =>
    name.startsWith('past') ? [[name, filled([1, Number(shape![1]), 0, Number(shape![3])], 0)] as const] : [],
  );
  const outputs = await session.run(
    {
      input_ids: int64([5, 6, 7, 8, 9], [1, 5]),
      attention_mask: int64([1, 1, 1, 1, 1], [1, 5]),
      num_logits_to_keep: int64([1], []),
      lora_scaling: filled([1], 2),
      ...Object.fromEntries([...adapters, ...caches]),
    },
    ['logits'],
  );
  const result = (await device.download(outputs['logits']!)) as Float32Array;
  await device.dispose();
  return result;
}

const gemmaAt = (dtype: 'fp32' | 'q8') =>
  exportDecoder({ config: tinyConfigs.gemma3, tensors: randomCheckpoint('gemma3'), dtype });

async function expectBaseForZero(model: Model, modelType: string): Promise<void> {
  const targets = findLoraTargets(model, 'all-linear', modelType);
  const base = bits(await logits(model, [], 0));
  expect(bits(await logits(model, targets, 0))).toEqual(base);
  expect(bits(await logits(model, targets, 0.1))).not.toEqual(base);
}

describe("a zero B leaves a generation graph's logits as they are bit for bit, and another B does not", () => {
  it.each(recordedFamilies)('in %s', async (family) => {
    const files = await readTrajectory(family, readFile);
    await expectBaseForZero(exportRecorded(files), String(files.config['model_type']));
  });

  it.each(['fp32', 'q8'] as const)('in %s', (dtype) => expectBaseForZero(gemmaAt(dtype), 'gemma3_text'));
});

it.each([['all-linear'], [['v_proj']]] as const)(
  'adapters of a packed product act as on three (%s)',
  async (targetModules) => {
    const exported = (packedAttention: boolean) =>
      exportDecoder({
        config: tinyConfigs.llama,
        tensors: randomCheckpoint('llama'),
        dtype: 'q4',
        packedAttention,
      });
    const adapted = (model: Model, valueOfB: number) =>
      logits(model, findLoraTargets(model, targetModules, 'llama'), valueOfB);
    const [packed, apart] = [exported(true), exported(false)];
    const expected = await adapted(apart, 0.1);
    const difference = (await adapted(packed, 0.1)).map((x, i) => Math.abs(x - expected[i]!));
    expect(Math.max(...difference)).toBeLessThan(1e-4);
    expect(bits(await adapted(packed, 0))).toEqual(bits(await logits(packed, [], 0)));
  },
);

/** Losses of the supervised tokens of two recorded rows; `parameters` fills the trained vector. */
async function tokenLosses(
  { config, trajectory }: TrajectoryFiles,
  model: Model,
  trainable: Trainable,
  parameters: (name: string, length: number) => ArrayLike<number>,
): Promise<Float32Array> {
  const rows = trajectory.rows.slice(0, 2).map(toTokenizedRow);
  const shape = { batchSize: 2, sequenceLength: 24, maxSupervised: totalSupervised(rows) };
  const decoder = { decoder: model, fileName: 'model.onnx', modelType: String(config['model_type']) };
  const { forwardGraph, layout } = compileTrainingModel(decoder, trainable, shape);
  const vector = Float32Array.from(layout.entries.flatMap(({ name, length }) => Array.from(parameters(name, length)))); // prettier-ignore
  const batch = layOutBatch(rows, shape, 1);
  const device = createNodeDevice({ threads: 1 });
  const session = await device.createSession({ graph: forwardGraph, weights: { files: [] } });
  const outputs = await session.run({
    parameters: device.hostTensor(vector, [layout.size]),
    input_ids: device.hostTensor(batch.inputIds, [2, 24]),
    supervised_rows: device.hostTensor(batch.supervisedRows, [shape.maxSupervised]),
    labels: device.hostTensor(batch.labels, [shape.maxSupervised]),
    label_weights: device.hostTensor(batch.labelWeights, [shape.maxSupervised]),
  });
  const result = (await device.download(outputs['token_losses']!)) as Float32Array;
  await device.dispose();
  return result;
}

describe("a zero B leaves a training graph's losses as they are bit for bit, and another B does not", () => {
  it.each(recordedFamilies)('in %s', async (family) => {
    const files = await readTrajectory(family, readFile);
    const model = exportRecorded(files);
    // Nothing is injected where the model's own last norm is what is trained.
    const norm = model.graph.initializers.find(({ name }) => name.includes('final_norm'))!;
    const weights = 'bytes' in norm.data ? new Float32Array(norm.data.bytes.slice().buffer) : [];
    const base = await tokenLosses(files, model, { kind: 'weights', names: [norm.name] }, () => weights);
    const adapted = (valueOfB: number) =>
      tokenLosses(
        files,
        model,
        { kind: 'lora', rank: 3, alpha: 6, targetModules: 'all-linear' },
        (name, length) => new Float32Array(length).fill(name.endsWith('lora_B') ? valueOfB : 0.3),
      );
    expect(base.every((loss) => loss > 0 && loss < 20)).toBe(true);
    expect(bits(await adapted(0))).toEqual(bits(base));
    expect(bits(await adapted(0.1))).not.toEqual(bits(base));
  });
});
