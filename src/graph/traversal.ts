import type { GraphNode, Value } from './graph.ts';

/** The nodes that `outputs` depend on, in their original order. */
export function liveNodes(nodes: readonly GraphNode[], outputs: readonly Value[]): GraphNode[] {
  const needed = new Set<Value>(outputs);
  const live: GraphNode[] = [];
  for (const graphNode of nodes.toReversed()) {
    if (!needed.has(graphNode.output)) continue;
    live.push(graphNode);
    for (const input of graphNode.node.inputs) if (input) needed.add(input);
  }
  return live.reverse();
}

/** The values, nodes' outputs and targets alike, that depend on one of `targets`. */
export function valuesReaching(nodes: readonly GraphNode[], targets: readonly Value[]): Set<Value> {
  const reaching = new Set<Value>(targets);
  for (const { node, output } of nodes) {
    if (node.inputs.some((input) => input && reaching.has(input))) reaching.add(output);
  }
  return reaching;
}
