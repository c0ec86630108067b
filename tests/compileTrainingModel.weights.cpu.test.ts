import { describe, expect, it } from 'vitest';
import { buildTrainingGraphs, compileTrainingModel, type CompileOptions, type DecoderModel } from '../src/compileTrainingModel.ts'; // prettier-ignore
import { exportDecoder, type ExportOptions } from '../src/exporter/exportDecoder.ts';
import { splitWeights } from '../src/exporter/splitWeights.ts';
import type { Graph } from '../src/graph/graph.ts';
import { estimateMemory } from '../src/graph/memoryEstimate.ts';
import type { PrimitiveOp } from '../src/graph/primitives.ts';
import { feedWeights, weightInputs } from '../src/graph/weightStorage.ts';
import { randomCheckpoint, tinyConfigs } from './exporter/randomCheckpoint.ts';
import { lora } from './support/randomDecoder.ts';
import { runGraph } from './support/runGraph.ts';
import { feedsFarFromZero, tinyBatch } from './support/tinyBatch.ts';

/** Matrices of two blocks a row and of three, whose packed zero points are padded. */
function decoder(options: Pick<ExportOptions, 'dtype' | 'zeroPoints'>): DecoderModel {
  const exported = exportDecoder({
    config: tinyConfigs.llama,
    tensors: randomCheckpoint('llama'),
    ...options,
  });
  return { decoder: exported, fileName: 'model.onnx' };
}

const trainingOf = (model: DecoderModel, options: CompileOptions) =>
  buildTrainingGraphs(model, lora, tinyBatch, options).training;

const count = ({ nodes }: Graph, op: PrimitiveOp) => nodes.filter(({ node }) => node.op === op).length;

const run = (graph: Graph) => runGraph(graph, feedsFarFromZero(graph));

describe('gradients that read what MatMulNBits reads', () => {
  it.each([
    ['4 bits', { dtype: 'q4' }, {}],
    ['4 bits with zero points', { dtype: 'q4', zeroPoints: true }, {}],
    ['8 bits', { dtype: 'q8' }, {}],
    ['8 bits with zero points', { dtype: 'q8', zeroPoints: true }, {}],
    ['4 bits, layers computed again', { dtype: 'q4' }, { recompute: 'perLayer' }],
    ['4 bits in half precision', { dtype: 'q4f16' }, { activations: 'float16' }],
  ] as const)('are the same to the last bit, of %s', async (_, form, options) => {
    const model = decoder(form);
    const twice = trainingOf(model, options);
    const once = trainingOf(model, { ...options, weights: 'once' });
    expect(count(once, 'DequantizeLinear')).toBe(0);
    expect(count(once, 'GatherBlockQuantized')).toBe(count(twice, 'DequantizeLinear'));
    const [expected, actual] = [await run(twice), await run(once)];
    expect(actual['loss']).toEqual(expected['loss']);
    expect(actual['gradient_out']).toEqual(expected['gradient_out']);
    expect(Math.max(...actual['gradient_out']!.map(Math.abs))).toBeGreaterThan(0.1);
  });

  it('take as many bytes as the model has; of mapped files kernels keep what they packed besides', () => {
    const model = splitWeights(decoder({ dtype: 'q4' }).decoder, 'model.onnx_data').model;
    const bytes = (options: CompileOptions, storage: CompileOptions['weights']) =>
      estimateMemory(trainingOf({ decoder: model, fileName: 'model.onnx' }, options), storage).weights;
    const [once, mapped, twice] = [bytes({ weights: 'once' }, 'once'), bytes({}, 'mapped'), bytes({}, 'copied')]; // prettier-ignore
    const matrices = model.graph.initializers.filter(({ elementType }) => elementType === 'uint8');
    const packed = matrices.reduce((sum, { dims }) => sum + dims.reduce((a, b) => a * b), 0);
    expect(packed).toBeGreaterThan(20_000);
    // No gradient passes the embedding and the lowest projections.
    expect(twice - once).toBeGreaterThan(0.7 * packed);
    // The embedding is read by rows, not packed.
    expect(mapped - once).toBeGreaterThan(0.7 * packed);
    expect(mapped - once).toBeLessThan(packed);
  });
});

describe('weights as inputs', () => {
  const { model } = splitWeights(decoder({ dtype: 'q4', zeroPoints: true }).decoder, 'model.onnx_data');
  const source = { decoder: model, fileName: 'model.onnx' };

  it('are all that a program reads from files, under the same names at every length', () => {
    const [short, long] = [4, 8].map((sequenceLength) =>
      compileTrainingModel(source, lora, { batchSize: 1, sequenceLength }, { weights: 'shared' }),
    );
    expect(short!.weightInputs).toEqual(long!.weightInputs);
    const ranges = long!.weightInputs.map(({ path, offset, length }) => `${path} ${offset} ${length}`);
    const stored = model.graph.initializers.flatMap(({ data }) => ('location' in data ? [`${data.location} ${data.offset} ${data.length}`] : [])); // prettier-ignore
    expect(new Set(ranges).size).toBe(ranges.length);
    expect(stored).toEqual(expect.arrayContaining(ranges));
    const graph = trainingOf(source, { weights: 'shared' });
    const fed = feedWeights(graph, weightInputs([graph], 'model.onnx'));
    expect(fed.weights.filter(({ initializer }) => 'location' in initializer.data)).toEqual([]);
    expect(fed.inputs.length).toBe(graph.inputs.length + ranges.length);
  });

  it('are none where one of them has a type that no buffer is fed as', () => {
    const graph = trainingOf(source, { weights: 'shared' });
    const [first, ...others] = graph.weights;
    const odd = { ...first!, initializer: { ...first!.initializer, elementType: 'int8' as const } };
    expect(weightInputs([graph], '').length).toBeGreaterThan(10);
    expect(weightInputs([{ ...graph, weights: [odd, ...others] }], '')).toEqual([]);
  });

  it('leave onnxruntime nothing to fold; initializers that gradients read as they are stored would be', () => {
    const isLean = (weights: 'mapped' | 'once' | 'shared') =>
      compileTrainingModel(source, lora, tinyBatch, { weights }).isLean;
    expect([isLean('shared'), isLean('mapped'), isLean('once')]).toEqual([false, false, true]);
  });
});
