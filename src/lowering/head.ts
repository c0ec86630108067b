import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { Model, ModelNode } from '../graph/model.ts';
import { lower, type LoweredValues } from './lower.ts';
import { namesRead, nodesLeadingTo, producersOf } from './sourceOrder.ts';

/** Where a decoder's last hidden states become logits. */
export interface Head {
  /** Name of the hidden states [B, T, H] of all positions, before any slice to the last ones. */
  readonly hidden: string;
  /** The matrix product with the vocabulary. */
  readonly node: ModelNode;
  /** Name of the product's input (`hidden`, or the slice of it). */
  readonly input: string;
  /** Name of the graph's logits, after softcap or casts. */
  readonly logits: string;
}

const products = new Set([
  'MatMul',
  'MatMulNBits',
  'MatMulBnb4',
  'MatMulInteger',
  'MatMulIntegerToFloat',
  'DynamicQuantizeMatMul',
  'Gemm',
]);
/** What exports put between the last norm and the head to keep only some positions. */
const positionFilters = new Set(['Slice', 'Gather', 'Cast', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze']);

/**
 * Finds the head: the product from which `logits` follows elementwise.
 *
 * @throws {Error} when the model has no output `logits`, or its producers are not of that form.
 */
export function findHead(model: Model): Head {
  const logits = 'logits';
  const producers = producersOf(model.graph);
  if (!model.graph.outputs.some(({ name }) => name === logits)) {
    const names = model.graph.outputs.map(({ name }) => name).join(', ');
    throw new Error(`The model has no output "logits"; it has ${names}.`);
  }
  const node = productBehind(producers, logits);
  const input = beforeQuantization(producers, node.inputs[0]!);
  return { hidden: unfiltered(producers, input), node, input, logits };
}

/** Follows elementwise ops (softcap's Div, Tanh and Mul, casts, scales) back to the matrix product. */
function productBehind(producers: ReadonlyMap<string, ModelNode>, logits: string): ModelNode {
  const elementwise = new Set(['Div', 'Tanh', 'Mul', 'Cast', 'Identity', 'Add']);
  let node = producers.get(logits);
  while (node && !products.has(node.opType)) {
    if (!elementwise.has(node.opType)) {
      throw new Error(
        `The logits come from ${node.opType} node "${node.name}"; expected a matrix product with an optional softcap.`,
      );
    }
    const sources = node.inputs.map((name) => producers.get(name));
    node = sources.find((source) => source && source.opType !== 'Constant');
  }
  if (!node) throw new Error('No matrix product leads to the model\'s output "logits".');
  return node;
}

/** The float activation that an integer product's input was rounded from, whose scale is used beside it. */
function beforeQuantization(producers: ReadonlyMap<string, ModelNode>, input: string): string {
  const node = producers.get(input);
  return node?.opType === 'DynamicQuantizeLinear' ? node.inputs[0]! : input;
}

/** Skips what reduces the hidden states to the positions whose logits generation wants. */
function unfiltered(producers: ReadonlyMap<string, ModelNode>, input: string): string {
  let name = input;
  for (let node = producers.get(name); node && positionFilters.has(node.opType); node = producers.get(name)) {
    name = node.inputs[0]!;
  }
  return name;
}

/**
 * Applies the head to any rows of hidden states [R, H]: logits [R, V]. `values` are the model's lowered values; the
 * head's frozen weights are added to them, so that applying it chunk by chunk shares one copy.
 */
export function applyHead(
  g: GraphBuilder,
  model: Model,
  head: Head,
  values: LoweredValues,
  rows: Value,
): Value {
  const nodes = nodesLeadingTo(model.graph, [head.logits], (name) => name === head.input);
  const ofRows = new Set([head.input]);
  for (const node of nodes) {
    if (namesRead(node).some((name) => ofRows.has(name))) node.outputs.forEach((name) => ofRows.add(name));
  }
  const frozen = nodes.filter((node) => ofRows.has(node.outputs[0]!)).flatMap(namesRead).filter((name) => !ofRows.has(name)); // prettier-ignore
  lower(g, model, values, frozen);

  const [count, width] = rows.shape as [number, number];
  const local = new Map([...values].filter(([name]) => !ofRows.has(name)));
  local.set(head.input, g.reshape(rows, [1, count, width]));
  lower(g, model, local, [head.logits]);
  const logits = local.get(head.logits)!;
  return g.reshape(logits, [count, logits.shape.at(-1)!]);
}
