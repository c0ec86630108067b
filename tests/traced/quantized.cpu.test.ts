import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileTrainingModel, type DecoderModel } from '../../src/compileTrainingModel.ts';
import type { Model } from '../../src/graph/model.ts';
import { hoistWeights } from '../../src/lora/hoistWeights.ts';
import { readPeftParameters } from '../../src/lora/peft.ts';
import { findLoraTargets } from '../../src/lora/targets.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Device, Feeds, WeightFiles } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import { train } from '../../src/training/train.ts';
import { firstSteps } from '../support/firstSteps.ts';
import type { QuantizedForm } from '../support/quantizedForms.ts';
import { quantizeMerged, weightsAtHand, type WeightPlace } from '../support/quantizedMerged.ts';
import { readTraced, tracedBatch, type TracedFamily, type TracedModel } from '../support/tracedModels.ts';

const cases: readonly (readonly [TracedFamily, QuantizedForm, WeightPlace])[] = [
  ['gpt2', 'dynamic uint8', 'outside'],
  ['gpt2', 'dynamic int8 per channel', 'in both branches'],
  ['gpt_neox', 'dynamic int8 per channel', 'outside'],
  ['gpt_neox', 'dynamic uint8', 'in both branches'],
];
const steps = 3;

let device: Device;
beforeAll(() => {
  device = createNodeDevice({ threads: 1 });
});
afterAll(() => device.dispose());

type OnFile = DecoderModel & { readonly weights: WeightFiles };

/** Written and read again, as it would come from the Hub. */
function asFile(model: Model): OnFile {
  const [fileName, data] = ['decoder_model_merged_quantized.onnx', encodeModel(model)];
  const decoder = hoistWeights(decodeModel(data, fileName), data);
  return { decoder, fileName, weights: { files: [{ path: fileName, data }] } };
}

/** The first steps of the recorded training, on another decoder of the same layers. */
async function trainFirst({ trajectory, adapterInitial }: TracedModel, model: OnFile, ofAdapter = 1) {
  const { rank, alpha, batchSize: _, steps: _all, ...options } = trajectory.settings;
  const lora = { kind: 'lora', rank, alpha, targetModules: 'all-linear' } as const;
  const program = compileTrainingModel(model, lora, tracedBatch);
  const rows = trajectory.rows.map(
    ({ ids, completionStart }) =>
    tokenizedRow(ids, ids.map((_id, i) => i >= completionStart)), // prettier-ignore
  );
  const initial = readPeftParameters(adapterInitial, program.layout).map((x) => ofAdapter * x);
  const events = train({
    ...{ device, programs: [program], weights: model.weights, parameters: initial, rows },
    options: {
      ...options,
      ...{ duration: { steps }, seed: 0, shuffle: false, evaluateEvery: Infinity, warmupSteps: 0 },
    },
  });
  const told: number[] = [];
  let final: Float32Array = initial;
  for await (const event of events) {
    if (event.type === 'step') told.push(event.loss, event.gradNorm);
    if (event.type === 'finished') final = event.parameters;
  }
  return { told, moved: final.map((x, i) => x - initial[i]!) };
}

/** What onnxruntime makes of the decoder's own graph: the mean loss of the rows of the first step, one by one. */
async function ownLoss({ trajectory: { rows, settings } }: TracedModel, { decoder, weights, ...model }: OnFile) {
  const graph = encodeModel(decoder, { modelFileName: model.fileName });
  const session = await device.createSession({ graph, weights });
  const losses: number[] = [];
  for (const { ids, completionStart } of rows.slice(0, settings.batchSize * settings.gradientAccumulationSteps)) {
    const int64 = (values: readonly number[]) =>
      device.hostTensor(BigInt64Array.from(values, BigInt), [1, values.length]);
    const caches = decoder.graph.inputs.filter(({ name }) => name.startsWith('past'));
    const feeds: Feeds = {
      ...Object.fromEntries(caches.map(({ name, shape }) => [name, device.hostTensor(new Float32Array(), [1, Number(shape![1]), 0, Number(shape![3])])])),
      input_ids: int64(ids),
      attention_mask: int64(ids.map(() => 1)),
      position_ids: int64(ids.map((_, i) => i)),
      use_cache_branch: device.hostTensor(Uint8Array.of(0), [1], 'bool'),
    };
    const fed = Object.entries(feeds).filter(([name]) => session.inputNames.includes(name));
    const logits = (await device.download((await session.run(Object.fromEntries(fed)))['logits']!)) as Float32Array;
    const width = logits.length / ids.length;
    for (let i = completionStart; i < ids.length; i++) {
      const row = logits.subarray((i - 1) * width, i * width);
      losses.push(Math.log(row.reduce((sum, x) => sum + Math.exp(x), 0)) - row[ids[i]!]!);
    }
  }
  await session.dispose();
  return losses.reduce((sum, x) => sum + x, 0) / losses.length;
} // prettier-ignore

const norm = (x: Float32Array) => Math.hypot(...x);

describe.each(cases)('a merged %s of %s, its weights %s', (family, form, place) => {
  const quantize = async () => {
    const traced = await readTraced(family);
    const { quantized, dequantized } = quantizeMerged(weightsAtHand(traced.decoder, traced.bytes), form, place); // prettier-ignore
    return { traced, quantized: asFile(quantized), dequantized: asFile(dequantized) };
  };

  it('has 8-bit products in both branches, and the linear layers that PEFT adapts', async () => {
    const { traced, quantized } = await quantize();
    const branches = quantized.decoder.graph.nodes.flatMap(({ attributes }) =>
      Object.values(attributes).flatMap((a) => (a.type === 'graph' ? [a.value.nodes] : [])),
    );
    // Four of each layer and the head.
    const integers = branches.map((nodes) => nodes.filter(({ opType }) => opType === 'MatMulInteger').length);
    expect(integers).toEqual([9, 9]);
    const modules = ({ decoder }: DecoderModel) =>
      findLoraTargets(decoder, 'all-linear').map((target) => target.module);
    expect(modules(quantized)).toEqual(modules(traced));
  });

  it('trains as the decoder of the numbers that its bytes stand for', async () => {
    const { traced, quantized, dequantized } = await quantize();
    const [actual, expected] = [await trainFirst(traced, quantized), await trainFirst(traced, dequantized)];
    expect(actual.told).toHaveLength(2 * steps);
    actual.told.forEach((x, i) => expect(Math.abs(x / expected.told[i]! - 1)).toBeLessThan(1e-4));
    const apart = norm(actual.moved.map((x, i) => x - expected.moved[i]!));
    expect(apart / norm(expected.moved)).toBeLessThan(1e-2);
    // Which are not those of the float decoder.
    expect(Math.abs(actual.told[0]! - traced.trajectory.log[0]!.loss)).toBeGreaterThan(1e-5);
  });

  it('has in training the loss of the base with a zero adapter', async () => {
    const { traced, quantized, dequantized } = await quantize();
    const { told } = await trainFirst(traced, quantized, 0);
    expect(Math.abs(told[0]! - (await ownLoss(traced, dequantized)))).toBeLessThan(1e-5);
    // Its own graph also rounds activations to 8 bits.
    expect(Math.abs(told[0]! - (await ownLoss(traced, quantized)))).toBeLessThan(0.05);
  });

  it('is in generation the base bit for bit with a zero adapter, at the first step and at the next', async () => {
    const { quantized } = await quantize();
    const none = await firstSteps(device, quantized, []);
    const targets = findLoraTargets(quantized.decoder, 'all-linear');
    expect(await firstSteps(device, quantized, targets)).toEqual(none);
    expect(await firstSteps(device, quantized, targets, 0.1)).not.toEqual(none);
  });
});
