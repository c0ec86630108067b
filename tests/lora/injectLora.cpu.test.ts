import { expect, it } from 'vitest';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { buildGenerationModel } from '../../src/generation/buildGenerationModel.ts';
import { adapterTensors } from '../../src/lora/injectLora.ts';
import { findLoraTargets, type LoraTarget } from '../../src/lora/targets.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Model } from '../../src/graph/model.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';

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

it.each(['fp32', 'q8', 'q4'] as const)(
  'a zero B is the base bit for bit in %s, and another B is not',
  async (dtype) => {
    const model = exportDecoder({ config: tinyConfigs.gemma3, tensors: randomCheckpoint('gemma3'), dtype });
    const targets = findLoraTargets(model, 'all-linear');
    const base = await logits(model, [], 0);
    const bits = (numbers: Float32Array) => [...new Uint32Array(numbers.slice().buffer)];
    expect(bits(await logits(model, targets, 0))).toEqual(bits(base));
    expect(bits(await logits(model, targets, 0.1))).not.toEqual(bits(base));
  },
);
