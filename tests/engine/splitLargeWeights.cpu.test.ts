import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildTrainingGraphs } from '../../src/compileTrainingModel.ts';
import { largestWeightOf, splitLargeTables, splitLargeWeights } from '../../src/engine/splitLargeWeights.ts';
import { float16ToNumber } from '../../src/halfPrecision.ts';
import type { Device } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { firstLogits } from '../support/firstLogits.ts';
import {
  batch,
  bytesOf,
  headLimit,
  lora,
  productOn,
  quantizedProduct,
  smallLimit,
  stepOn,
  tinyLlama,
  trainingGraph,
  wideModel,
  type TinyDtype,
} from './splitModels.ts';

const dtypes: readonly TinyDtype[] = ['fp32', 'fp16', 'q4'];
const bits = (numbers: Float32Array | Uint16Array) => [...new Uint8Array(numbers.slice().buffer)];

let device: Device;
beforeAll(() => {
  device = createNodeDevice({ threads: 1 });
});
afterAll(() => device.dispose());

it.each([
  [{ maxBufferBytes: null, maxBindingBytes: null }, null],
  [{ maxBufferBytes: 2 ** 28, maxBindingBytes: 2 ** 27 }, 2 ** 27],
  [{ maxBufferBytes: 100, maxBindingBytes: null }, 100],
])('%j allow weights of %s bytes', (limits, expected) => expect(largestWeightOf(limits)).toBe(expected));

describe.each(dtypes)('a decoder of %s whose weights exceed what a device binds', (dtype) => {
  const model = tinyLlama(dtype);
  const limit = smallLimit[dtype];

  it('stays itself where nothing is too large', () => {
    expect(splitLargeWeights(model, 2 ** 27)).toBe(model);
    expect(splitLargeWeights(model, null)).toBe(model);
  });

  it('has its tables cut into pieces of the same bytes, and none twice', () => {
    const { initializers } = splitLargeWeights(model, limit, 'tables').graph;
    const pieces = initializers.filter(({ name }) => /embed_tokens.*\[/.test(name));
    expect(pieces.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...pieces.map(bytesOf))).toBeLessThanOrEqual(limit);
    const whole = model.graph.initializers.filter(({ name }) => name.includes('embed_tokens'));
    const sum = (list: typeof initializers) => list.reduce((bytes, weight) => bytes + bytesOf(weight), 0);
    expect(sum(pieces)).toBe(sum(whole));
    expect(initializers.filter(({ name }) => whole.some((weight) => weight.name === name))).toEqual([]);
  });

  it('looks up the same rows: the same logits, bit for bit', async () => {
    const expected = await firstLogits(device, model);
    const actual = await firstLogits(device, splitLargeWeights(model, limit, 'tables'));
    if (dtype !== 'fp16') return expect(bits(actual)).toEqual(bits(expected));
    // The CPU computes half precision in single, and rounds in between where a graph's form makes it.
    const [a, b] = [actual, expected].map((halves) => Array.from(halves, float16ToNumber));
    a!.forEach((x, i) => expect(x).toBeCloseTo(b![i]!, 2));
  });

  it('trains with no larger weight: the same loss and gradient, bit for bit', async () => {
    const [whole, split] = [trainingGraph(model, null), trainingGraph(model, limit)];
    const ofVocabulary = split.weights.filter(({ value }) => /embed_tokens|lm_head/.test(value.name));
    expect(ofVocabulary.length).toBeGreaterThanOrEqual(6);
    const stored = ofVocabulary.map(({ initializer }) => bytesOf(initializer));
    expect(Math.max(...stored)).toBeLessThanOrEqual(Math.max(limit, 17 * 32));
    const [expected, actual] = [await stepOn(device, whole), await stepOn(device, split)];
    expect(bits(actual['loss']!)).toEqual(bits(expected['loss']!));
    expect(bits(actual['gradient']!)).toEqual(bits(expected['gradient']!));
  });
});

it('compares token ids as float32 where all else is in half precision, which counts to 2,048', () => {
  const model = splitLargeTables(wideModel('in the graph'), 600_000);
  const options = { activations: 'float16', largestWeight: 600_000 } as const;
  const { nodes } = buildTrainingGraphs(model, lora, batch, options).training;
  const onIds = nodes.filter(({ node }) => /whittle_split\/(Less|Sub|Max|Min|Cast)_/.test(node.name));
  expect(onIds.length).toBeGreaterThanOrEqual(3 * 4 + 2);
  const read = onIds.flatMap(({ node }) => node.inputs.map((x) => x?.elementType));
  expect(new Set(read)).toEqual(new Set(['float32']));
});

it('a 4-bit head is cut into tiles that give the same logits, bit for bit', async () => {
  const split = splitLargeWeights(quantizedProduct(), headLimit);
  expect(split.graph.nodes.map(({ opType }) => opType)).toEqual([...Array<string>(3).fill('MatMulNBits'), 'Concat']); // prettier-ignore
  const expected = await productOn(device, quantizedProduct());
  expect(bits(await productOn(device, split))).toEqual(bits(expected));
});

it.each(['fp32', 'q4'] as const)(
  'generates from %s with every matrix in pieces, within rounding',
  async (dtype) => {
    const model = tinyLlama(dtype);
    const split = splitLargeWeights(model, smallLimit[dtype]);
    const matrices = split.graph.initializers.filter(({ name }) => !name.includes('cache'));
    expect(Math.max(...matrices.map(bytesOf))).toBeLessThanOrEqual(smallLimit[dtype]);
    const [expected, actual] = [await firstLogits(device, model), await firstLogits(device, split)];
    expected.forEach((x, i) => expect(actual[i]).toBeCloseTo(x, 4));
  },
);
