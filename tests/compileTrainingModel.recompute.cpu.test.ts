import { describe, expect, it } from 'vitest';
import {
  buildTrainingGraphs,
  type CompileOptions,
  type DecoderModel,
  type Trainable,
} from '../src/compileTrainingModel.ts';
import type { Graph } from '../src/graph/graph.ts';
import { estimateMemory } from '../src/graph/memoryEstimate.ts';
import { randomDecoder } from './support/randomDecoder.ts';
import { runGraph, type NumberFeeds } from './support/runGraph.ts';
import { tinyBatch, tinyBatchFeeds } from './support/tinyBatch.ts';

const lora: Trainable = { kind: 'lora', targetModules: 'all-linear', rank: 2, alpha: 4 };

// What is computed again, and how exactly, shows before passes merge and reorder; those have tests of their own.
const graphsOf = (model: DecoderModel, options: CompileOptions, trainable: Trainable = lora) =>
  buildTrainingGraphs(model, trainable, tinyBatch, { passes: [], ...options });

function feedsFor({ inputs }: Graph): NumberFeeds {
  const size = (name: string) => inputs.find((input) => input.name === name)?.shape[0] ?? 0;
  return {
    ...tinyBatchFeeds,
    parameters: Array.from({ length: size('parameters') }, (_, i) => 0.1 * Math.sin(i)),
    gradient: Array.from({ length: size('gradient') }, (_, i) => Math.cos(i)),
  };
}

const train = ({ training }: { training: Graph }) => runGraph(training, feedsFor(training));

function expectClose(
  actual: Float32Array | undefined,
  expected: Float32Array | undefined,
  tolerance: number,
) {
  expect(actual?.length).toBe(expected?.length);
  const worst = actual!.reduce((most, x, i) => Math.max(most, Math.abs(x - expected![i]!)), 0);
  expect(worst).toBeLessThan(tolerance);
}

describe('recompute per layer', () => {
  it.each(['llama', 'qwen2', 'gemma3'] as const)('gives %s the same loss and gradient', async (family) => {
    const model = randomDecoder(family, 'q4');
    const kept = await train(graphsOf(model, { recompute: 'none' }));
    const again = await train(graphsOf(model, { recompute: 'perLayer' }));
    expect(again['loss']).toEqual(kept['loss']);
    expectClose(again['gradient_out'], kept['gradient_out'], 1e-6);
    expect(Math.max(...kept['gradient_out']!.map(Math.abs))).toBeGreaterThan(1);
  });

  it('computes the layers but nothing of the head twice, and keeps less', () => {
    const model = randomDecoder('llama', 'q4');
    const count = ({ training }: { training: Graph }, part: string) =>
      training.nodes.filter(({ node }) => node.op === 'MatMulNBits' && node.name.includes(part)).length;
    const [kept, again] = [
      graphsOf(model, { recompute: 'none' }),
      graphsOf(model, { recompute: 'perLayer' }),
    ];
    // All but what only a layer's output needs: o_proj and down_proj end the two halves of a layer.
    expect([count(kept, '/layers.'), count(again, '/layers.')]).toEqual([2 * 7, 2 * (7 + 5)]);
    expect(count(again, 'lm_head')).toBe(count(kept, 'lm_head'));
    expect(estimateMemory(again.training).activations).toBeLessThan(
      0.97 * estimateMemory(kept.training).activations, // of two layers the head holds most
    );
  });

  it('also trains the weights themselves', async () => {
    const model = randomDecoder('llama', 'fp32');
    const isMatrix = ({ dims }: { dims: readonly number[] }) => dims.length === 2 && dims[0] === 64;
    const names = model.decoder.graph.initializers.filter(isMatrix).map(({ name }) => name);
    const weights: Trainable = { kind: 'weights', names };
    const kept = await train(graphsOf(model, { recompute: 'none' }, weights));
    const again = await train(graphsOf(model, { recompute: 'perLayer' }, weights));
    expectClose(again['gradient_out'], kept['gradient_out'], 1e-6);
  });
});

describe('recompute of what elementwise ops yield', () => {
  it.each(['llama', 'qwen2', 'gemma3'] as const)('gives %s the same bits', async (family) => {
    const model = randomDecoder(family, 'q4');
    const kept = await train(graphsOf(model, { recompute: 'none' }));
    const again = await train(graphsOf(model, { recompute: 'elementwise' }));
    expect(again['loss']).toEqual(kept['loss']);
    expect(again['gradient_out']).toEqual(kept['gradient_out']);
  });

  it.each(['elementwise', 'perLayer'] as const)('%s converts stored weights again', async (recompute) => {
    const model = randomDecoder('llama', 'fp16');
    const [kept, again] = [graphsOf(model, { recompute: 'none' }), graphsOf(model, { recompute })];
    const widened = ({ training }: { training: Graph }) =>
      training.nodes.filter(({ node }) => node.op === 'Cast' && node.name.includes('mlp.gate_proj')).length;
    expect([widened(kept), widened(again)]).toEqual([2, 4]);
    const [expected, actual] = [await train(kept), await train(again)];
    expect(actual['loss']).toEqual(expected['loss']);
    expectClose(actual['gradient_out'], expected['gradient_out'], recompute === 'perLayer' ? 1e-6 : 1e-30);
  });

  it('keeps of a feed-forward network what goes into its product, and of a norm what it is of', () => {
    const { training } = graphsOf(randomDecoder('llama', 'q4'), { recompute: 'elementwise' });
    const isGradient = (name: string) => name.includes('/gradient') || name.includes('/again');
    const forward = new Set(
      training.nodes.filter(({ node }) => !isGradient(node.name)).map(({ output }) => output),
    );
    const read = training.nodes
      .filter(({ node }) => isGradient(node.name))
      .flatMap(({ node }) => node.inputs.filter((x) => x && forward.has(x)))
      .map((x) => x!.name);
    const names = (part: string) => [...new Set(read.filter((name) => name.includes(part)))];
    expect(names('layers.1/mlp/act_fn')).toEqual([]);
    expect(names('layers.1/mlp/Mul')).toEqual([]);
    expect(names('layers.1/mlp/gate_proj')).not.toEqual([]);
    expect(names('layers.1/input_layernorm').filter((name) => /Div|Mul/.test(name))).toEqual([]);
  });
});

describe('the head in slices of the vocabulary', () => {
  // 50 tokens of width 64: 17, 17 and 16 tokens at a time.
  const sliced: CompileOptions = { largestHeadSlice: 20 * 64 * 4 };

  it.each(['q4', 'fp32'] as const)('gives a %s head the same losses and gradient', async (dtype) => {
    const model = randomDecoder('llama', dtype);
    const [whole, parts] = [graphsOf(model, {}), graphsOf(model, sliced)];
    const logits = parts.training.nodes.filter(({ node }) => node.name.startsWith('/lm_head/MatMul'));
    expect(Math.max(...logits.map(({ output }) => output.shape.at(-1)!))).toBeLessThanOrEqual(64);
    const [expected, actual] = [await train(whole), await train(parts)];
    expectClose(actual['loss'], expected['loss'], 1e-6);
    expectClose(actual['gradient_out'], expected['gradient_out'], 1e-5);
    const evaluate = ({ forward }: { forward: Graph }) => runGraph(forward, feedsFor(forward));
    const losses = (await evaluate(whole))['token_losses'];
    expectClose((await evaluate(parts))['token_losses'], losses, 1e-5);
  });
});
