import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { Initializer, Model } from '../../src/graph/model.ts';
import { lower } from '../../src/lowering/lower.ts';
import { bindTrainingInputs } from '../../src/lowering/trainingInputs.ts';
import { lowerAll, modelOf, type FusedOp } from './opModel.ts';

const attention = (attributes: FusedOp['attributes'], inputs: FusedOp['inputs'] = []): Model =>
  modelOf({
    op: 'GroupQueryAttention',
    domain: 'com.microsoft',
    inputs: [{ shape: [1, 2, 32] }, { shape: [1, 2, 16] }, { shape: [1, 2, 16] }, ...inputs],
    attributes: { num_heads: 2, kv_num_heads: 1, ...attributes },
    outputs: [[1, 2, 32]],
  });

const opened = (
  model: Model,
  name: string,
  elementType: 'float32' | 'int64',
  shape: (string | number)[],
): Model => ({
  ...model,
  graph: { ...model.graph, inputs: [...model.graph.inputs, { name, elementType, shape }] },
});

describe('errors name op, node and reason', () => {
  it.each<[string, Model, RegExp]>([
    ['an unknown op', modelOf({ op: 'LSTM', inputs: [{ shape: [2] }], outputs: [[2]] }), /Node "test\/LSTM" is of op LSTM, which cannot be trained through\. Supported: .*MatMul/],
    ['an unknown domain', modelOf({ op: 'QMoE', domain: 'com.microsoft', inputs: [], outputs: [[2]] }), /op com\.microsoft\.QMoE/],
    ['shapes that do not fit', modelOf({ op: 'MatMul', inputs: [{ shape: [2, 3] }, { shape: [2, 3] }], outputs: [[2, 2]] }), /MatMul node "test\/MatMul": .*\[2, 3\] by \[2, 3\]/],
    ['shapes known only at run time', modelOf({ op: 'Range', inputs: [{ shape: [] }, { shape: [] }, { shape: [] }], outputs: [[2]] }), /Range node "test\/Range": input 0 \(x0\) must be constant/],
    ['a past', attention({}, [{ shape: [1, 1, 3, 16] }, { shape: [1, 1, 3, 16] }]), /GroupQueryAttention node ".*": a past of length 3/],
    ['attention sinks', attention({ smooth_softmax: 1 }), /attention sinks/],
    ['act-order quantization', modelOf({ op: 'MatMulNBits', domain: 'com.microsoft', inputs: [{ shape: [1, 32] }, null, null, null, { shape: [32] }], attributes: { K: 32, N: 2, bits: 4, block_size: 32 }, outputs: [[1, 2]] }), /MatMulNBits node "test\/MatMulNBits": a group index/],
    ['an odd width of bits', modelOf({ op: 'MatMulNBits', domain: 'com.microsoft', inputs: [{ shape: [1, 32] }], attributes: { K: 32, N: 2, bits: 3, block_size: 32 }, outputs: [[1, 2]] }), /3-bit weights/],
    ['an attribute of the wrong type', attention({ num_heads: 'two' }), /attribute num_heads is of type string, expected int/],
  ])('%s', (_, model, message) => expect(() => lowerAll(model)).toThrow(message)); // prettier-ignore

  it('an input that was not bound', () => {
    const model = modelOf({ op: 'Exp', inputs: [{ shape: [2] }], outputs: [[2]] });
    expect(() => lower(new GraphBuilder(), model, new Map(), ['y0'])).toThrow(
      /"x0" is not available: it is a graph input/,
    );
  });

  it('an input of unknown meaning', () => {
    const model = opened(modelOf({ op: 'Exp', inputs: [], outputs: [[2]] }), 'pixel_values', 'float32', [
      'batch',
      3,
    ]);
    const bind = () =>
      bindTrainingInputs(new GraphBuilder(), model, { batchSize: 1, sequenceLength: 2 }, new Map());
    expect(bind).toThrow(/"pixel_values" \(float32, shape \[batch, 3\]\)/);
  });
});

it('binds what a decoder reads beside its tokens', () => {
  const g = new GraphBuilder();
  let model = modelOf({ op: 'Exp', inputs: [], outputs: [[2]] });
  model = opened(model, 'attention_mask', 'int64', ['batch_size', 'total_sequence_length']);
  model = opened(model, 'position_ids', 'int64', ['batch_size', 'sequence_length']);
  model = opened(model, 'past_key_values.0.key', 'float32', ['batch_size', 4, 'past_sequence_length', 8]);
  model = opened(model, 'num_logits_to_keep', 'int64', []);
  const values = bindTrainingInputs(g, model, { batchSize: 2, sequenceLength: 3 }, new Map());
  const contents = [...values].map(([name, { shape, constant }]) => [name, shape, Array.from(constant!)]);
  expect(contents).toEqual([
    ['attention_mask', [2, 3], [1, 1, 1, 1, 1, 1]],
    ['position_ids', [2, 3], [0, 1, 2, 0, 1, 2]],
    ['past_key_values.0.key', [2, 4, 0, 8], []],
    ['num_logits_to_keep', [], [0]],
  ]);
});

it('takes a given value in place of an initializer', () => {
  const model = modelOf({
    op: 'MatMul',
    inputs: [{ shape: [1, 2] }, { shape: [2, 2], contents: [1, 2, 3, 4] }],
    outputs: [[1, 2]],
  });
  const g = new GraphBuilder();
  const trained = g.input('trained', 'float32', [2, 2]);
  const values = new Map([['x0', g.input('x0', 'float32', [1, 2])], ['x1', trained]]); // prettier-ignore
  lower(g, model, values, ['y0']);
  expect(values.get('y0')!.node!.input(1)).toBe(trained);
});

it('lifts half-precision weights once, and slices a rotary table before lifting it', () => {
  const table: Initializer = { name: 'cos', elementType: 'float16', dims: [100, 4], data: { location: 'data', offset: 0, length: 800 } }; // prettier-ignore
  const model = modelOf({
    op: 'RotaryEmbedding',
    domain: 'com.microsoft',
    inputs: [{ shape: [1, 3, 16] }, { type: 'int64', shape: [1, 3], contents: [0, 1, 2] }],
    outputs: [[1, 3, 16]],
  });
  const node = { ...model.graph.nodes[0]!, inputs: ['x0', 'x1', 'cos', 'cos'] };
  const graph = { ...model.graph, nodes: [node], initializers: [...model.graph.initializers, table] };
  const { nodes, weights } = lowerAll({ ...model, graph });
  expect(nodes.map(({ node: { op }, output }) => `${op} ${output.shape.join()}`)).toEqual([
    'Slice 3,4',
    'Cast 3,4',
    'RotaryEmbedding 1,3,16',
  ]);
  expect(weights.map(({ value }) => value.name)).toEqual(['cos']);
});
