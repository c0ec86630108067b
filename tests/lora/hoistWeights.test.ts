import { expect, it } from 'vitest';
import type { Initializer, Model, ModelGraph, ModelNode } from '../../src/graph/model.ts';
import { hoistWeights } from '../../src/lora/hoistWeights.ts';
import { readTraced, tracedFamilies } from '../support/tracedModels.ts';

const weight = (name: string, offset: number): Initializer => ({
  name,
  elementType: 'float32',
  dims: [1024],
  data: { location: '', offset, length: 4096 },
});

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
  const hoisted = hoistWeights(model);
  const inside = Object.values(hoisted.graph.nodes[0]!.attributes).map((a) =>
    a.type === 'graph' ? a.value : null,
  );
  expect(inside.map((g) => g?.initializers)).toEqual([[scalar], [scalar]]);
  const names = inside.map((g) => g!.nodes[0]!.inputs[0]!);
  const offsets = names.map((name) => hoisted.graph.initializers.find((i) => i.name === name)?.data);
  expect(offsets).toMatchObject([{ offset: 0 }, { offset: 4096 }]);
  expect(inside.map((g) => g!.nodes[0]!.inputs.slice(1))).toEqual([['scale', 'x'], ['scale', 'x']]); // prettier-ignore
});

it.each(tracedFamilies)('a traced %s has its weights at the top already', async (family) => {
  const { decoder } = await readTraced(family);
  expect(hoistWeights(decoder).graph.initializers).toEqual(decoder.graph.initializers);
});
