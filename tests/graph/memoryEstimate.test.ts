import { expect, it } from 'vitest';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { estimateMemory } from '../../src/graph/memoryEstimate.ts';

it('counts the values alive at once, sees through reshapes, and forgets what is no longer read', () => {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', [100]);
  const a = g.exp(x); // 400 bytes, read again by the last node
  const b = g.tanh(g.reshape(a, [10, 10])); // + 400; the reshaped value is `a` itself
  const c = g.sqrt(b); // + 400, then b goes
  const d = g.neg(c); // + 400, then c goes
  const y = g.add(g.reshape(d, [100]), a);
  expect(estimateMemory(g.finish('g', { y }))).toEqual({ weights: 8 + 16, activations: 1200 });
});

it('counts two 4-bit elements per byte', () => {
  const g = new GraphBuilder();
  const data = { bytes: new Uint8Array(5) };
  const w = g.weight({ name: 'w', elementType: 'uint4', dims: [2, 5], data });
  const y = g.op('DequantizeLinear', [w, g.input('scale', 'float32', [1])]);
  expect(estimateMemory(g.finish('g', { y }))).toEqual({ weights: 5, activations: 40 });
});
