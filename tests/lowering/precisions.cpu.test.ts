import { describe, expect, it } from 'vitest';
import { buildTrainingGraphs, compileTrainingModel } from '../../src/compileTrainingModel.ts';
import { exportDecoder, type ExportDtype } from '../../src/exporter/exportDecoder.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { Model } from '../../src/graph/model.ts';
import { applyHead, findHead } from '../../src/lowering/head.ts';
import { lower } from '../../src/lowering/lower.ts';
import { bindTrainingInputs } from '../../src/lowering/trainingInputs.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import { train } from '../../src/training/train.ts';
import { openDecoder } from '../exporter/decoderSession.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';
import { quantizedForms, quantizeDecoder } from '../support/quantizedForms.ts';
import { runGraph } from '../support/runGraph.ts';

const [batchSize, sequenceLength] = [2, 6];
const count = batchSize * sequenceLength;
const tokens = [5, 6, 7, 8, 9, 10, 40, 30, 20, 10, 0, 49];
const rows = [tokens.slice(0, sequenceLength), tokens.slice(sequenceLength)];

const exported = (dtype: ExportDtype) =>
  exportDecoder({ config: tinyConfigs.llama, tensors: randomCheckpoint('llama'), dtype });
const float = exported('fp32');

const reference = async (model: Model) => (await (await openDecoder(model)).run({ ids: rows })).logits;

/** Logits of all positions by the lowered graph. */
async function loweredLogits(model: Model): Promise<Float32Array> {
  const g = new GraphBuilder();
  const given = new Map([['input_ids', g.input('input_ids', 'int64', [batchSize, sequenceLength])]]);
  const values = bindTrainingInputs(g, model, { batchSize, sequenceLength }, given);
  const head = findHead(model);
  lower(g, model, values, [head.hidden]);
  const hidden = values.get(head.hidden)!;
  const flat = g.reshape(hidden, [count, hidden.shape.at(-1)!]);
  const graph = g.finish('lowered', { logits: applyHead(g, model, head, values, flat) });
  return (await runGraph(graph, { input_ids: tokens }))['logits']!;
}

/** The largest difference, relative to the largest logit. */
function difference(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  const scale = b.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  return a.reduce((worst, x, i) => Math.max(worst, Math.abs(x - b[i]!)), 0) / scale;
}

const lora = { kind: 'lora', targetModules: 'all-linear', rank: 2, alpha: 4 } as const;
const shape = { batchSize, sequenceLength, logitsChunk: 8 };

/**
 * The gradient's square against the slope of the forward graph's loss along the gradient, at a random adapter: one
 * number that any wrong entry would change.
 */
async function expectSlope(model: Model): Promise<void> {
  const graphs = buildTrainingGraphs({ decoder: model, fileName: '' }, lora, shape);
  const { size } = graphs.layout;
  const parameters = Float64Array.from({ length: size }, (_, i) => 0.2 * Math.sin(i * 12.9898));
  const supervised = Array.from({ length: count }, (_, i) => i);
  const feeds = {
    input_ids: tokens,
    supervised_rows: supervised,
    row_of_position: supervised,
    labels: tokens.toReversed(),
    label_weights: supervised.map(() => 1 / count),
    gradient: new Float32Array(size),
  };
  const gradient = (await runGraph(graphs.training, { ...feeds, parameters }))['gradient_out']!;
  const square = gradient.reduce((sum, x) => sum + x * x, 0);
  const step = 2e-2 / Math.sqrt(square);
  const lossAt = async (sign: number) => {
    const moved = parameters.map((x, i) => x + sign * step * gradient[i]!);
    return (await runGraph(graphs.forward, { ...feeds, parameters: moved }))['loss']![0]!;
  };
  const slope = ((await lossAt(1)) - (await lossAt(-1))) / (2 * step);
  expect(square).toBeGreaterThan(1e-3);
  expect(slope / square).toBeCloseTo(1, 2);
}

async function losses(model: Model): Promise<number[]> {
  const device = createNodeDevice({ threads: 1 });
  const program = compileTrainingModel({ decoder: model, fileName: '' }, lora, shape);
  const entries = program.layout.entries.filter(({ name }) => name.endsWith('lora_A'));
  const parameters = new Float32Array(program.layout.size);
  for (const { offset, length } of entries)
    for (let i = offset; i < offset + length; i++) parameters[i] = 0.2 * Math.sin(i * 12.9898);
  const found: number[] = [];
  const events = train({
    device,
    programs: [program],
    weights: { files: [] },
    parameters,
    rows: rows.map((ids) => tokenizedRow(ids, ids.map((_, i) => i > 0))), // prettier-ignore
    evaluationRows: [],
    options: {
      learningRate: 1e-2,
      schedule: 'constant',
      warmupSteps: 0,
      weightDecay: 0,
      maxGradNorm: 1,
      gradientAccumulationSteps: 1,
      duration: { steps: 3 },
      seed: 0,
      shuffle: false,
      evaluateEvery: Infinity,
    },
  });
  for await (const event of events) if (event.type === 'step') found.push(event.loss);
  await device.dispose();
  return found;
}

describe.each(quantizedForms)('a decoder of %s', (form) => {
  const { quantized, dequantized } = quantizeDecoder(float, form);

  it('computes what its weights say, and nearly what onnxruntime rounds on the way', async () => {
    const lowered = await loweredLogits(quantized);
    expect(difference(lowered, await reference(dequantized))).toBeLessThan(2e-5);
    expect(difference(lowered, await reference(quantized))).toBeLessThan(0.06);
    expect(difference(lowered, await reference(float))).toBeGreaterThan(1e-3);
  });

  it('has the gradient of its loss', () => expectSlope(quantized));

  it('learns', async () => {
    const [first, second, third] = await losses(quantized);
    expect(second).toBeLessThan(first!);
    expect(third).toBeLessThan(second!);
  });
});

describe.each<[ExportDtype, number]>([
  ['fp32', 2e-5],
  ['fp16', 2e-2],
  ['q8', 1e-3],
  ['q4', 1e-3],
  ['q4f16', 2e-2],
])('a decoder of %s, as it is exported', (dtype, tolerance) => {
  const model = exported(dtype);

  it('computes what onnxruntime computes', async () => {
    expect(difference(await loweredLogits(model), await reference(model))).toBeLessThan(tolerance);
  });

  it('has the gradient of its loss', () => expectSlope(model));

  it('learns', async () => {
    const [first, second, third] = await losses(model);
    expect(second).toBeLessThan(first!);
    expect(third).toBeLessThan(second!);
  });
});
