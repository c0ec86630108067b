import { expect, it } from 'vitest';
import { GraphBuilder } from '../../src/graph/builder.ts';
import { kernelCost } from '../../src/graph/kernelCost.ts';

it('counts kernels and the bytes that they read and write', () => {
  const g = new GraphBuilder();
  const x = g.input('x', 'float32', [4, 6]); // 96 bytes
  const w = g.weight({
    name: 'w',
    elementType: 'float32',
    dims: [6, 2],
    data: { bytes: new Uint8Array(48) },
  });
  const product = g.matMul(x, w); // 96 + 48 read, 32 written
  const flat = g.reshape(product, [8]); // no kernel
  const square = g.mul(flat, flat); // 32 read once, 32 written
  const half = g.cast(square, 'float16'); // 32 read, 16 written
  expect(kernelCost(g.finish('g', { half }))).toEqual({ kernels: 3, bytes: 176 + 64 + 48 });
});

it('counts of a table the rows that are taken, and nothing of what constants alone decide', () => {
  const g = new GraphBuilder();
  const data = { bytes: new Uint8Array(4000) };
  const table = g.weight({ name: 'table', elementType: 'float32', dims: [100, 10], data });
  const ids = g.input('ids', 'int64', [3]); // 24 bytes
  const rows = g.gather(table, ids); // 120 of 4000 read, 24 read, 120 written
  const first = g.slice(rows, 0, 0, 1); // 40 of 120 read, three vectors of 8 bytes, 40 written
  const mask = g.op('Exp', [g.constant('float32', [1, 10], new Array<number>(10).fill(2))]);
  const y = g.add(first, mask); // 40 + 40 read, 40 written
  const { kernels, bytes } = kernelCost(g.finish('g', { y }));
  expect(kernels).toBe(3);
  const vectors = first.node!.inputs.slice(1).filter((input) => input !== null).length * 8;
  expect(bytes).toBe(264 + (40 + vectors + 40) + 120);
});

it('dequantizes a weight in every run unless the session keeps floats, and counts four bits as half a byte', () => {
  const g = new GraphBuilder();
  const data = { bytes: new Uint8Array(160) };
  const w = g.weight({ name: 'w', elementType: 'uint4', dims: [10, 32], data }); // 160 bytes
  const scales = g.weight({
    name: 's',
    elementType: 'float32',
    dims: [10, 1],
    data: { bytes: new Uint8Array(40) },
  });
  const y = g.op('DequantizeLinear', [w, scales], {
    axis: { type: 'int', value: 1 },
    block_size: { type: 'int', value: 32 },
  });
  const z = g.add(y, g.input('x', 'float32', [1, 32])); // 1280 + 128 read, 1280 written
  const graph = g.finish('g', { z });
  expect(kernelCost(graph)).toEqual({ kernels: 2, bytes: 160 + 40 + 1280 + 2688 });
  expect(kernelCost(graph, true)).toEqual({ kernels: 1, bytes: 2688 });
});
