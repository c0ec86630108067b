import { expect, it } from 'vitest';
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { Graph, Value } from '../../src/graph/graph.ts';
import { bytesOf, estimateMemory, estimateTraining, totalBytesOf } from '../../src/graph/memoryEstimate.ts';
import { estimateStreaming } from '../../src/graph/streamingEstimate.ts';
import { buildAdamW } from '../../src/training/adamw.ts';

it('counts the buffers alive at once, sees through reshapes, and overwrites what is no longer read', () => {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', [10, 10]);
  const a = g.swapLast(x); // 400 bytes, read again by the last node
  const b = g.swapLast(g.reshape(a, [10, 10])); // + 400; the reshaped value is `a` itself
  const c = g.sqrt(b); // written over b
  const d = g.swapLast(c); // + 400, then c goes
  const y = g.add(d, a); // written over one of them
  expect(estimateMemory(g.finish('g', { y })).activations).toBe(1200);
});

it('keeps a freed buffer for a later value of its shape, and not for one of another', () => {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', [10, 10]);
  const used = g.reduceSum(g.swapLast(x), [0, 1]); // 400 + 4, the 400 are freed
  const wide = g.concat(new Array<Value>(500).fill(used), 1); // + 2000 while the 400 wait
  const again = g.swapLast(g.mul(x, g.reduceSum(wide, [0, 1]))); // the product takes them
  expect(estimateMemory(g.finish('g', { again })).activations).toBe(400 + 4 + 2000);
});

it('executes depth first from the last node, as onnxruntime does: a pending branch keeps its input', () => {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', [10, 10]);
  const early = g.reduceSum(g.swapLast(x), [0, 1]);
  const late = g.reduceSum(g.concat([x, x], 0), [0, 1]);
  // `late` stands behind `early`, so it is computed first and its four bytes wait.
  expect(estimateMemory(g.finish('g', { y: g.add(early, late) })).activations).toBe(804);
});

it('counts two 4-bit elements per byte', () => {
  const g = new GraphBuilder();
  const data = { bytes: new Uint8Array(5) };
  const w = g.weight({ name: 'w', elementType: 'uint4', dims: [2, 5], data });
  const y = g.op('DequantizeLinear', [w, g.input('scale', 'float32', [1])]);
  const graph = g.finish('g', { y });
  expect(estimateMemory(graph)).toEqual({ weights: 5, activations: 40 });
});

it('counts of a step what is alive in the graph that takes more, beside five vectors', () => {
  const training = squareOf([10, 10]);
  const stepWith = (optimizer: Graph) => estimateTraining({ training, optimizer, layout: { size: 3 } });
  expect(stepWith(squareOf([2]))).toMatchObject({ weights: 0, activations: 400, state: 60 });
  expect(stepWith(squareOf([20, 10]))).toMatchObject({ weights: 0, activations: 800, state: 60 });
});

it('counts for every node what onnxruntime keeps of it in main memory, and nothing on a GPU', () => {
  const step = { training: squareOf([10]), optimizer: squareOf([2]), layout: { size: 3 } };
  expect(estimateTraining(step, 'mapped').graphs).toBe(12_000);
  const onGpu = estimateTraining(step, 'shared');
  expect(onGpu.graphs).toBeUndefined();
  expect(totalBytesOf(estimateTraining(step, 'mapped'))).toBe(totalBytesOf(onGpu) + 12_000);
});

it('counts for streaming the optimizer when no piece is there', () => {
  const pieces = [squareOf([10, 10]), squareOf([5, 10])];
  const streamWith = (optimizer: Graph) =>
    estimateStreaming(pieces, { optimizer, layout: { size: 3 } }, bytesOf);
  expect(streamWith(squareOf([2]))).toMatchObject({ activations: 400, state: 60 });
  expect(streamWith(squareOf([20, 10]))).toMatchObject({ activations: 800, state: 60 });
});

it('counts what AdamW computes: parameters and moments anew, and one vector on the way', () => {
  const size = 4096;
  const { activations } = estimateMemory(buildAdamW(new GraphBuilder(), size));
  expect(activations / (4 * size)).toBeCloseTo(4, 1);
});

function squareOf(shape: readonly number[]): Graph {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', shape);
  return g.finish('g', { y: g.mul(x, x) });
}
