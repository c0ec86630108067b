import { expect, it } from 'vitest';
import type { Model } from '../../src/graph/model.ts';
import { expandQuantizedGathers } from '../../src/lowering/quantizedGather.ts';
import { modelOf, type TestInput } from './opModel.ts';

const zeros = (shape: number[], type: TestInput['type']) => ({ type, shape, contents: new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(0) }); // prettier-ignore

const gather = (dataType: TestInput['type'], columns: number): Model =>
  modelOf({
    op: 'GatherBlockQuantized',
    domain: 'com.microsoft',
    inputs: [zeros([5, columns], dataType), { type: 'int64', shape: [2, 3] }, zeros([5, 2], 'float32')],
    attributes: { bits: 4, block_size: 16 },
    outputs: [[2, 3, 32]],
  });

it('replaces quantized gathers in a model, keeping their output and the rest', () => {
  const model = gather('uint8', 16);
  const { nodes, initializers } = expandQuantizedGathers(model).graph;
  expect(new Set(nodes.map(({ opType, domain }) => domain + opType))).not.toContain(
    'com.microsoftGatherBlockQuantized',
  );
  expect(nodes.at(-1)!.outputs).toEqual(['y0']);
  const names = new Set([
    ...nodes.flatMap(({ outputs }) => outputs),
    ...initializers.map(({ name }) => name),
    'x1',
  ]);
  expect(nodes.flatMap(({ inputs }) => inputs).filter((name) => !names.has(name))).toEqual([]);
  expect(initializers).toEqual(expect.arrayContaining([...model.graph.initializers]));
});

it('hands rows on in the type of their scales', () => {
  const model = gather('uint8', 16);
  const initializers = model.graph.initializers.map((i) => (i.name === 'x2' ? { ...i, elementType: 'float16' as const } : i)); // prettier-ignore
  const { nodes } = expandQuantizedGathers({ ...model, graph: { ...model.graph, initializers } }).graph;
  expect(nodes.at(-1)!.attributes).toEqual({ to: { type: 'int', value: 10 } });
});

it('leaves rows of incomplete blocks alone', () => {
  const model = gather('uint8', 12);
  expect(expandQuantizedGathers(model).graph.nodes).toEqual(model.graph.nodes);
});
