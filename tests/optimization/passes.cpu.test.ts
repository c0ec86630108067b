import { describe, expect, it } from 'vitest';
import {
  buildTrainingGraphs,
  type CompileOptions,
  type DecoderModel,
} from '../../src/compileTrainingModel.ts';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { passNames, type PassName } from '../../src/optimization/passes.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';
import { lora } from '../support/randomDecoder.ts';
import { runGraph } from '../support/runGraph.ts';
import { feedsFarFromZero, tinyBatch } from '../support/tinyBatch.ts';

type Family = keyof typeof tinyConfigs;

function decoder(family: Family): DecoderModel {
  const config = tinyConfigs[family];
  const exported = exportDecoder({ config, tensors: randomCheckpoint(family), dtype: 'q4' });
  return { decoder: exported, fileName: 'model.onnx', modelType: family };
}

const trainingOf = (model: DecoderModel, options: CompileOptions) =>
  buildTrainingGraphs(model, lora, tinyBatch, options).training;

/** Loss, and gradient at an adapter that is far from zero. */
async function run(graph: Graph): Promise<{ loss: number; gradient: readonly number[] }> {
  const { loss, gradient_out: gradient } = await runGraph(graph, feedsFarFromZero(graph));
  return { loss: loss![0]!, gradient: Array.from(gradient!) };
}

/** Largest difference between two gradients, as a share of the largest entry. */
function distance(a: readonly number[], b: readonly number[]): number {
  const largest = Math.max(...a.map(Math.abs));
  return Math.max(...a.map((x, i) => Math.abs(x - b[i]!))) / largest;
}

async function expectSame(plain: Graph, optimized: Graph, tolerance: number): Promise<void> {
  const [expected, actual] = [await run(plain), await run(optimized)];
  expect(Math.max(...expected.gradient.map(Math.abs))).toBeGreaterThan(0.01);
  expect(Math.abs(actual.loss / expected.loss - 1)).toBeLessThan(tolerance);
  expect(distance(expected.gradient, actual.gradient)).toBeLessThan(tolerance);
}

describe('a training graph', () => {
  const model = decoder('llama');
  const plain = trainingOf(model, { passes: [] });
  const without = (pass: PassName) => passNames.filter((name) => name !== pass);

  it.each(passNames)('has the same loss and gradient after the pass %s alone', async (pass) => {
    const optimized = trainingOf(model, { passes: [pass] });
    await expectSame(plain, optimized, 1e-5);
  });

  it.each(passNames)('has the same loss and gradient after all passes but %s', async (pass) => {
    await expectSame(plain, trainingOf(model, { passes: without(pass) }), 1e-5);
  });

  it.each(Object.keys(tinyConfigs) as Family[])(
    'of %s has the same loss and gradient after all passes',
    async (family) => {
      const other = decoder(family);
      await expectSame(trainingOf(other, { passes: [] }), trainingOf(other, {}), 2e-5);
    },
  );

  it.each([
    ['with layers computed again', { recompute: 'perLayer' }, 1e-5],
    ['with elementwise results computed again', { recompute: 'elementwise' }, 1e-5],
    ['with weights read once', { weights: 'once' }, 1e-5],
    ['in half precision', { activations: 'float16' }, 5e-3],
  ] as const)('%s has the same loss and gradient after all passes', async (_, options, tolerance) => {
    await expectSame(trainingOf(model, { ...options, passes: [] }), trainingOf(model, options), tolerance);
  });
});
