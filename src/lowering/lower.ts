import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { Model, ModelGraph, ModelNode } from '../graph/model.ts';
import { liftInitializer } from './lifting.ts';
import type { LoweringContext } from './lowering.ts';
import { lowerings, qualifiedName } from './lowerings.ts';
import type { Packing } from './packing.ts';
import { namesRead, nodesLeadingTo } from './sourceOrder.ts';

/** Source value name → lowered value. */
export type LoweredValues = Map<string, Value>;

/**
 * Lowers what `wanted` values of the model depend on to primitives in `g`, with static shapes and float32 throughout.
 * `values` holds what is known beforehand (graph inputs, or any value or initializer to be replaced) and receives
 * everything that was lowered, so that a later call continues from there. With `packing` attention stays within a row.
 *
 * @throws {Error} naming op and node when an op or a form of it has no lowering, or the input that is not bound.
 */
export function lower(
  g: GraphBuilder,
  model: Model,
  values: LoweredValues,
  wanted: readonly string[],
  packing: Packing | null = null,
): void {
  lowerGraph(g, { model, packing }, model.graph, values, wanted);
}

interface Source {
  readonly model: Model;
  readonly packing: Packing | null;
}

function lowerGraph(
  g: GraphBuilder,
  source: Source,
  graph: ModelGraph,
  values: LoweredValues,
  wanted: readonly string[],
): void {
  const nodes = nodesLeadingTo(graph, wanted, (name) => values.has(name));
  const read = new Set([...nodes.flatMap(namesRead), ...wanted]);
  for (const initializer of graph.initializers) {
    const { name } = initializer;
    if (read.has(name) && !values.has(name)) values.set(name, liftInitializer(g, initializer));
  }
  const shared = new Map<string, Value>();
  const context: LoweringContext = {
    shared: (key, build) => shared.get(key) ?? shared.set(key, build()).get(key)!,
    opset: source.model.opsets[''] ?? 21,
    packing: source.packing,
    lowerSubgraph: (subgraph) => {
      const outputs = subgraph.outputs.map(({ name }) => name);
      lowerGraph(g, source, subgraph, values, outputs);
      return outputs.map((name) => valueOf(values, name));
    },
  };
  for (const node of nodes)
    g.scoped(node.name || node.outputs[0]!, () => lowerNode(g, node, values, context));
  for (const name of wanted) valueOf(values, name);
}

function lowerNode(g: GraphBuilder, node: ModelNode, values: LoweredValues, context: LoweringContext): void {
  const lowering = loweringOf(node);
  const inputs = node.inputs.map((name) => (name === '' ? null : valueOf(values, name)));
  const outputs = naming(node, () => lowering(g, inputs, node, context));
  node.outputs.forEach((name, i) => {
    const output = outputs[i];
    if (name !== '' && output) values.set(name, output);
  });
}

function loweringOf(node: ModelNode) {
  const name = qualifiedName(node.opType, node.domain);
  const lowering = Object.hasOwn(lowerings, name) ? lowerings[name] : undefined;
  if (lowering) return lowering;
  const supported = Object.keys(lowerings).join(', ');
  throw new Error(
    `Node "${node.name}" is of op ${name}, which cannot be trained through. Supported: ${supported}.`,
  );
}

function valueOf(values: LoweredValues, name: string): Value {
  const value = values.get(name);
  if (value) return value;
  throw new Error(
    `The model's value "${name}" is not available: it is a graph input that was not bound, or an output ` +
      `(a key/value cache, saved statistics) that lowering does not compute.`,
  );
}

function naming<T>(node: ModelNode, build: () => T): T {
  try {
    return build();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const op = qualifiedName(node.opType, node.domain);
    throw new Error(`Cannot lower ${op} node "${node.name}": ${reason.replace(/\.$/, '')}.`, {
      cause: error,
    });
  }
}
