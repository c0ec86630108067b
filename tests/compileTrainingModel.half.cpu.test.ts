import { afterAll, describe, expect, it } from 'vitest';
import { buildTrainingGraphs, type CompileOptions, type DecoderModel } from '../src/compileTrainingModel.ts';
import type { Graph } from '../src/graph/graph.ts';
import { estimateMemory } from '../src/graph/memoryEstimate.ts';
import { widenFloat16 } from '../src/halfPrecision.ts';
import { randomDecoder, lora } from './support/randomDecoder.ts';
import { training } from './support/halfPrecision.ts';
import { runGraph, type NumberFeeds } from './support/runGraph.ts';
import { tinyBatch, tinyBatchFeeds } from './support/tinyBatch.ts';
import { readTraced, tracedFamilies, weightsOf } from './support/tracedModels.ts';
import { collect, device, lossesOf } from './support/trainingRuns.ts';

afterAll(() => device.dispose());

const half: CompileOptions = { activations: 'float16' };
const graphsOf = (model: DecoderModel, options: CompileOptions) =>
  buildTrainingGraphs(model, lora, tinyBatch, options);

function feedsFor({ inputs }: Graph, parameters: (i: number) => number): NumberFeeds {
  const size = (name: string) => inputs.find((input) => input.name === name)?.shape[0] ?? 0;
  return {
    ...tinyBatchFeeds,
    parameters: Array.from({ length: size('parameters') }, (_, i) => parameters(i)),
    gradient: Array.from({ length: size('gradient') }, (_, i) => 1e-3 * Math.cos(i)),
    loss_scale: [2 ** 12],
  };
}

const wave = (i: number) => 0.1 * Math.sin(i);
const run = (graph: Graph) => runGraph(graph, feedsFor(graph, wave));
const norm = (x: Float32Array) => Math.hypot(...x);

describe('a training graph in half precision', () => {
  it.each([
    ['llama', 'q4f16'],
    ['qwen2', 'fp16'],
    ['gemma2', 'q4f16'],
    ['gemma3', 'fp16'],
  ] as const)('gives %s in %s the loss and the gradient of float32', async (family, dtype) => {
    const model = randomDecoder(family, dtype);
    const expected = await run(graphsOf(model, {}).training);
    const actual = await run(graphsOf(model, half).training);
    // Measured over ten families in both precisions: losses within 3e-4 of themselves, gradients within 1.5e-3.
    expect(actual['loss']![0]! / expected['loss']![0]!).toBeCloseTo(1, 3);
    const difference = actual['gradient_out']!.map((x, i) => x - expected['gradient_out']![i]!);
    expect(norm(difference) / norm(expected['gradient_out']!)).toBeLessThan(3e-3);
  });

  it.each(['elementwise', 'perLayer'] as const)('may compute again: %s', async (recompute) => {
    const model = randomDecoder('llama', 'q4f16');
    const [kept, again] = [graphsOf(model, half), graphsOf(model, { ...half, recompute })];
    const [expected, actual] = [await run(kept.training), await run(again.training)];
    expect(actual['loss']).toEqual(expected['loss']);
    const difference = actual['gradient_out']!.map((x, i) => x - expected['gradient_out']![i]!);
    expect(norm(difference) / norm(expected['gradient_out']!)).toBeLessThan(1e-3);
  });

  it('is fed and gives float32, computes products in halves, and takes less room', () => {
    const [float, mixed] = [{}, half].map((options) => graphsOf(randomDecoder('llama', 'q4f16'), options));
    for (const { training, forward } of [mixed!]) {
      const outer = [...training.inputs, ...forward.inputs, ...[...training.outputs, ...forward.outputs].map(({ value }) => value)]; // prettier-ignore
      expect(new Set(outer.map(({ elementType }) => elementType))).toEqual(
        new Set(['float32', 'int64', 'int32']),
      );
      expect(forward.inputs.map(({ name }) => name)).not.toContain('loss_scale');
      const products = [...training.nodes, ...forward.nodes].filter(
        ({ node }) => node.op.startsWith('MatMul') || node.op === 'Gemm',
      );
      expect(products.every(({ output }) => output.elementType === 'float16')).toBe(true);
    }
    const activations = [float!, mixed!].map(({ training }) => estimateMemory(training).activations);
    expect(activations[1]! / activations[0]!).toBeLessThan(0.7);
  });

  it('with an adapter of zeros has the loss of the base, bit for bit', async () => {
    const model = randomDecoder('llama', 'q4f16');
    const { forward, layout } = graphsOf(model, half);
    const isUp = (i: number) => layout.entries.some(({ name, offset, length }) => name.endsWith('.lora_B') && i >= offset && i < offset + length); // prettier-ignore
    const zero = await runGraph(
      forward,
      feedsFor(forward, (i) => (isUp(i) ? 0 : wave(i))),
    );
    // The base: nothing injected, one norm's weight fed as it is stored.
    const weight = model.decoder.graph.initializers.find(
      ({ name, dims }) => dims.length === 1 && /norm/.test(name),
    )!;
    if (!('bytes' in weight.data)) throw new Error(`${weight.name} is not at hand.`);
    const stored = widenFloat16(weight.data.bytes);
    const base = buildTrainingGraphs(
      model,
      { kind: 'weights', names: [weight.name] },
      tinyBatch,
      half,
    ).forward;
    const expected = await runGraph(
      base,
      feedsFor(base, (i) => stored[i]!),
    );
    expect(zero['token_losses']).toEqual(expected['token_losses']);
    expect((await run(forward))['token_losses']).not.toEqual(expected['token_losses']);
  });
});

it.each(tracedFamilies)('a traced %s in float32 can also be computed in half precision', async (family) => {
  const model = await readTraced(family);
  const steps = async (options: CompileOptions) => {
    const input = training(model, options, { weights: weightsOf(model) });
    return lossesOf(await collect({ ...input, options: { ...input.options, duration: { steps: 2 } } }));
  };
  const [expected, actual] = [await steps({}), await steps(half)];
  actual.flat().forEach((x, i) => expect(x / expected.flat()[i]!).toBeCloseTo(1, 2));
});
