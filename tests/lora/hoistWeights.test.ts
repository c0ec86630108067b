import { expect, it } from 'vitest';
import type { Initializer, Model, ModelGraph, ModelNode } from '../../src/graph/model.ts';
import { hoistWeights } from '../../src/lora/hoistWeights.ts';
import { readTraced, tracedFamilies } from '../support/tracedModels.ts';

const weight = (name: string, offset: number, location = ''): Initializer => ({
  name,
  elementType: 'float32',
  dims: [1024],
  data: { location, offset, length: 4096 },
});

/** A file of four weights, of which the last two are equal. */
const counting = Uint8Array.from({ length: 16_384 }, (_, i) => (i < 8192 ? i >> 6 : i & 63));

const scalar: Initializer = {
  name: 'scale',
  elementType: 'float32',
  dims: [],
  data: { bytes: new Uint8Array(4) },
};

const node = (inputs: readonly string[], attributes: ModelNode['attributes'] = {}): ModelNode => ({
  name: 'a node',
  opType: 'Mul',
  domain: '',
  inputs,
  outputs: ['y'],
  attributes,
});

const graph = (nodes: readonly ModelNode[], initializers: readonly Initializer[]): ModelGraph => ({
  name: 'graph',
  nodes,
  inputs: [],
  outputs: [],
  initializers,
  valueInfos: [],
});

it('weights of branches move to the model, each under a name of its own, and small constants stay', () => {
  const branch = (offset: number) =>
    ({ type: 'graph', value: graph([node(['w', 'scale', 'x'])], [weight('w', offset), scalar]) }) as const;
  const choice = node(['use_cache_branch'], { then_branch: branch(0), else_branch: branch(4096) });
  const model: Model = { irVersion: 8, opsets: { '': 14 }, graph: graph([choice], [weight('shared', 8192)]) };
  const hoisted = hoistWeights(model, counting);
  const inside = Object.values(hoisted.graph.nodes[0]!.attributes).map((a) =>
    a.type === 'graph' ? a.value : null,
  );
  expect(inside.map((g) => g?.initializers)).toEqual([[scalar], [scalar]]);
  const names = inside.map((g) => g!.nodes[0]!.inputs[0]!);
  const offsets = names.map((name) => hoisted.graph.initializers.find((i) => i.name === name)?.data);
  expect(offsets).toMatchObject([{ offset: 0 }, { offset: 4096 }]);
  expect(inside.map((g) => g!.nodes[0]!.inputs.slice(1))).toEqual([['scale', 'x'], ['scale', 'x']]); // prettier-ignore
});

it.each([
  ['on the same bytes of a file', 4096, 4096, ['w'], 'model.onnx_data'],
  ['on equal bytes of the model file', 8192, 12_288, ['w']],
  ['on equal bytes of another file', 8192, 12_288, ['w', 'w/branch_1'], 'model.onnx_data'],
  ['on other bytes', 4096, 8192, ['w', 'w/branch_1']],
  ['beyond the end of the file', 20_000, 28_000, ['w', 'w/branch_1']],
])('weights of both branches %s become %s', (_, one, other, names, location = '') => {
  const branch = (offset: number) =>
    ({ type: 'graph', value: graph([node(['w', 'x'])], [weight('w', offset, location)]) }) as const;
  const choice = node(['use_cache_branch'], { then_branch: branch(one), else_branch: branch(other) });
  const model: Model = { irVersion: 8, opsets: { '': 14 }, graph: graph([choice], []) };
  const { nodes, initializers } = hoistWeights(model, counting).graph;
  expect(initializers.map(({ name }) => name)).toEqual(names);
  const read = Object.values(nodes[0]!.attributes).map((a) => (a.type === 'graph' ? a.value.nodes[0]!.inputs[0] : null)); // prettier-ignore
  expect(read).toEqual([names[0], names.at(-1)]);
});

it('a weight of a branch that the model has already is not taken over, unless its bytes lie in another file', () => {
  const own = graph([node(['w', 'x'])], [weight('w', 0)]);
  const choice = node(['use_cache_branch'], { then_branch: { type: 'graph', value: own } });
  const hoist = (top: Initializer) =>
    hoistWeights({ irVersion: 8, opsets: { '': 14 }, graph: graph([choice], [top]) }, counting).graph;
  expect(hoist(weight('shared', 0)).initializers.map(({ name }) => name)).toEqual(['shared']);
  expect(hoist(weight('w', 0, 'model.onnx_data')).initializers.map(({ name }) => name)).toEqual([
    'w',
    'w/branch_1',
  ]);
});

it.each(tracedFamilies)('a traced %s has its weights at the top already', async (family) => {
  const { decoder, bytes } = await readTraced(family);
  expect(hoistWeights(decoder, bytes).graph.initializers).toEqual(decoder.graph.initializers);
});
