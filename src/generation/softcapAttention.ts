import type { Attributes, Initializer, Model, ModelNode } from '../graph/model.ts';
import { separateProjections } from './attentionProjections.ts';
import {
  dataTypeNumbers,
  elementTypeOf,
  findInput,
  floatConstant,
  int64Constant,
  intAttribute,
  intOf,
  standardNode,
} from './modelPieces.ts';

// GroupQueryAttention's inputs, by position (com.microsoft contrib operators).
const at = { query: 0, key: 1, value: 2, pastKey: 3, pastValue: 4, cos: 7, sin: 8, bias: 10 } as const;

const prefix = 'whittle/softcap';

/**
 * Writes each GroupQueryAttention that caps its scores as standard ops: onnxruntime's WebGPU kernel takes the attribute
 * and does not apply it. Expects the attention bias [B, 1, S, T] that `addAttentionBias` makes sure of.
 * @throws naming a node without that bias, or without a declared cache [B, heads, past, size]
 */
export function expandSoftcapAttention(model: Model): Model {
  const capped = model.graph.nodes.filter((node) => softcapOf(node) > 0);
  const [first] = capped;
  if (!first) return model;
  const initializers = new Map<string, Initializer>();
  const constant = (initializer: Initializer) => {
    initializers.set(initializer.name, initializer);
    return initializer.name;
  };
  const windows = new Set(capped.map((node) => intOf(node, 'local_window_size', -1)));
  const masks = [...distanceNodes(first, constant), ...[...windows].flatMap((window) => hiddenNodes(window, constant))]; // prettier-ignore
  const expanded = new Map(capped.map((node) => [node, attentionNodes(model, node, constant)]));
  const start = model.graph.nodes.indexOf(first);
  const nodes = model.graph.nodes.flatMap((node, i) => [
    ...(i === start ? masks : []),
    ...(expanded.get(node) ?? [node]),
  ]);
  const all = [...model.graph.initializers, ...initializers.values()];
  return { ...model, graph: { ...model.graph, nodes, initializers: all } };
}

type AddConstant = (initializer: Initializer) => string;

const int64 = (add: AddConstant, values: number | readonly number[]) =>
  add(int64Constant(`${prefix}/int64/${JSON.stringify(values)}`, values));
const float = (add: AddConstant, value: number) =>
  add(floatConstant(`${prefix}/float/${value}`, 'float32', value));

function softcapOf({ opType, attributes }: ModelNode): number {
  const softcap = attributes['softcap'];
  return opType === 'GroupQueryAttention' && softcap?.type === 'float' ? softcap.value : 0;
}

/** `past` [1], and how many positions each key [T] lies before each query [S]: int32 [S, T], negative ahead of it. */
function distanceNodes(node: ModelNode, add: AddConstant): ModelNode[] {
  const name = (part: string) => `${prefix}/${part}`;
  const [zero, one] = [int64(add, 0), int64(add, 1)];
  return [
    standardNode('Shape', name('past_shape'), [node.inputs[at.pastKey]!]),
    standardNode('Shape', name('bias_shape'), [node.inputs[at.bias] ?? '']),
    standardNode('Gather', name('past'), [name('past_shape'), int64(add, [2])]),
    standardNode('Gather', name('past_scalar'), [name('past_shape'), int64(add, 2)]),
    standardNode('Gather', name('total'), [name('bias_shape'), int64(add, 3)]),
    standardNode('Range', name('keys'), [zero, name('total'), one]),
    standardNode('Range', name('queries'), [name('past_scalar'), name('total'), one]),
    standardNode('Unsqueeze', name('query_rows'), [name('queries'), int64(add, [1])]),
    standardNode('Sub', name('distance64'), [name('query_rows'), name('keys')]),
    standardNode('Cast', name('distance'), [name('distance64')], intAttribute('to', dataTypeNumbers.float32)),
  ];
}

const hiddenName = (window: number) => `${prefix}/hidden/${window}`;

/** float32 [S, T]: 0 where a query sees a key, about -∞ where the key lies ahead or beyond the window. */
function hiddenNodes(window: number, add: AddConstant): ModelNode[] {
  const name = hiddenName(window);
  const distance = `${prefix}/distance`;
  const tooFar = [
    standardNode('GreaterOrEqual', `${name}/far`, [distance, float(add, window)]),
    standardNode('Or', `${name}/either`, [`${name}/ahead`, `${name}/far`]),
  ];
  const isHidden = window > 0 ? `${name}/either` : `${name}/ahead`;
  return [
    standardNode('Less', `${name}/ahead`, [distance, float(add, 0)]),
    ...(window > 0 ? tooFar : []),
    // Finite, and within half precision.
    standardNode('Where', name, [isHidden, float(add, -30000), float(add, 0)]),
  ];
}

/** Writes nodes below a source node's name. */
function nodesBelow(node: ModelNode, add: AddConstant) {
  const name = (part: string) => `${node.name}/softcap/${part}`;
  const op = (type: string, part: string, inputs: readonly string[], attributes: Attributes = {}) =>
    standardNode(type, name(part), inputs, attributes);
  const reshape = (part: string, input: string, shape: readonly number[]) =>
    op('Reshape', part, [input, int64(add, shape)]);
  const transpose = (part: string, input: string, ...perm: number[]) =>
    op('Transpose', part, [input], { perm: { type: 'ints', value: perm } });
  return { name, op, reshape, transpose };
}

/** The op's formula: softmax(cap · tanh(scale · q·kᵀ / cap) + masks)·v, and the cache with the new keys and values. */
function attentionNodes(model: Model, node: ModelNode, add: AddConstant): ModelNode[] {
  const [heads, kvHeads] = [intOf(node, 'num_heads', 0), intOf(node, 'kv_num_heads', 0)];
  const size = headSizeOf(model, node);
  const isHalf = elementTypeOf(model, node.inputs[at.pastKey] ?? '', 'float32') === 'float16';
  const { name, op, reshape, transpose } = nodesBelow(node, add);
  const to = intAttribute('to', isHalf ? dataTypeNumbers.float16 : dataTypeNumbers.float32);
  const typed = (part: string, value: string) => op('Cast', part, [value], to);
  const softcap = softcapOf(node);
  const [, presentKey = '', presentValue = ''] = node.outputs;
  const { nodes, query, key, value } = separateProjections(model, node, {
    path: name('').slice(0, -1),
    positions: `${prefix}/past`,
    constant: add,
  });
  return [
    ...nodes,
    typed('factor', float(add, scaleOf(node, size) / softcap)),
    typed('cap', float(add, softcap)),
    typed('hidden', hiddenName(intOf(node, 'local_window_size', -1))),
    reshape('key_heads', key, [0, 0, kvHeads, size]),
    reshape('value_heads', value, [0, 0, kvHeads, size]),
    reshape('query_heads', query, [0, 0, heads, size]),
    transpose('new_key', name('key_heads'), 0, 2, 1, 3),
    transpose('new_value', name('value_heads'), 0, 2, 1, 3),
    transpose('query_rows', name('query_heads'), 0, 2, 1, 3),
    { ...op('Concat', 'present_key', [node.inputs[at.pastKey]!, name('new_key')], intAttribute('axis', 2)), outputs: [presentKey] }, // prettier-ignore
    { ...op('Concat', 'present_value', [node.inputs[at.pastValue]!, name('new_value')], intAttribute('axis', 2)), outputs: [presentValue] }, // prettier-ignore
    ...mixingNodes(node, heads, kvHeads, size, add),
  ];
}

/** From the query's rows [B, heads, S, size] and the whole cache to the op's output [B, S, heads·size]. */
function mixingNodes(
  node: ModelNode,
  heads: number,
  kvHeads: number,
  size: number,
  add: AddConstant,
): ModelNode[] {
  const { name, op, reshape, transpose } = nodesBelow(node, add);
  const [output = '', presentKey = '', presentValue = ''] = node.outputs;
  return [
    // Heads that share keys lie one after the other: their queries stack into one matrix.
    reshape('stacked', name('query_rows'), [0, kvHeads, -1, size]),
    op('Mul', 'scaled', [name('stacked'), name('factor')]),
    transpose('keys', presentKey, 0, 1, 3, 2),
    op('MatMul', 'products', [name('scaled'), name('keys')]),
    reshape('scores', name('products'), [0, heads, -1, 0]),
    op('Tanh', 'tanh', [name('scores')]),
    op('Mul', 'capped', [name('tanh'), name('cap')]),
    op('Add', 'padded', [name('capped'), node.inputs[at.bias]!]),
    op('Add', 'masked', [name('padded'), name('hidden')]),
    op('Softmax', 'weights', [name('masked')], intAttribute('axis', -1)),
    reshape('stacked_weights', name('weights'), [0, kvHeads, -1, 0]),
    op('MatMul', 'mixed', [name('stacked_weights'), presentValue]),
    reshape('mixed_heads', name('mixed'), [0, heads, -1, size]),
    transpose('positions', name('mixed_heads'), 0, 2, 1, 3),
    { ...reshape('output', name('positions'), [0, 0, heads * size]), outputs: [output] },
  ];
}

function scaleOf({ attributes }: ModelNode, size: number): number {
  const scale = attributes['scale'];
  return scale?.type === 'float' && scale.value !== 0 ? scale.value : size ** -0.5;
}

function headSizeOf(model: Model, node: ModelNode): number {
  const size = findInput(model, node.inputs[at.pastKey] ?? '')?.shape?.[3];
  if (typeof size === 'number' && node.inputs[at.bias]) return size;
  throw new Error(
    `Node ${node.name} (GroupQueryAttention with softcap) lacks an attention bias or a declared cache.`,
  );
}
