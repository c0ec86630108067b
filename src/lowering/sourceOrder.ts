import type { ModelGraph, ModelNode } from '../graph/model.ts';

/** Names that a node reads, those of its subgraphs' outer values included. */
export function namesRead(node: ModelNode): string[] {
  const inner = Object.values(node.attributes).flatMap((attribute) =>
    attribute.type === 'graph' ? outerNames(attribute.value) : [],
  );
  return [...node.inputs.filter((name) => name !== ''), ...inner];
}

function outerNames(graph: ModelGraph): string[] {
  const inside = new Set([...graph.initializers, ...graph.inputs].map(({ name }) => name));
  for (const node of graph.nodes) node.outputs.forEach((name) => inside.add(name));
  const read = [...graph.nodes.flatMap(namesRead), ...graph.outputs.map(({ name }) => name)];
  return read.filter((name) => !inside.has(name));
}

/** Which node computes each value. */
export function producersOf(graph: ModelGraph): Map<string, ModelNode> {
  return new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
}

/** The nodes that `wanted` depend on, each after the nodes it reads; the search ends at names that are `known`. */
export function nodesLeadingTo(
  graph: ModelGraph,
  wanted: readonly string[],
  known: (name: string) => boolean,
): ModelNode[] {
  const producers = producersOf(graph);
  const needed = (name: string) => (known(name) ? undefined : producers.get(name));
  const order: ModelNode[] = [];
  const visited = new Set<ModelNode>();
  const stack = wanted.toReversed().map((name) => ({ node: needed(name), isDone: false }));
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { node, isDone } = top;
    if (!node) continue;
    if (isDone) order.push(node);
    if (visited.has(node)) continue;
    visited.add(node);
    stack.push({ node, isDone: true });
    for (const name of namesRead(node).reverse()) stack.push({ node: needed(name), isDone: false });
  }
  return order;
}
