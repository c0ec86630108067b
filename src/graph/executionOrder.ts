import type { Graph, GraphNode } from './graph.ts';
import { valuesReaching } from './traversal.ts';

/**
 * The graph with the nodes that need no input of the graph (converted weights, tables) before all others. onnxruntime
 * computes what a node reads in descending order of position, so these come last, right before they are needed;
 * anywhere else it may dequantize the weights of many nodes long before their turn.
 */
export function sourcesFirst(graph: Graph): Graph {
  const fed = valuesReaching(graph.nodes, graph.inputs);
  const isFed = ({ output }: GraphNode) => fed.has(output);
  const nodes = [...graph.nodes.filter((node) => !isFed(node)), ...graph.nodes.filter(isFed)];
  return { ...graph, nodes };
}

/**
 * The order in which onnxruntime executes a graph: depth first from the last node that nobody reads, a node's inputs
 * from the one that stands last in the file to the first (`Graph::ReverseDFSFrom`, as `GraphViewer` calls it).
 */
export function executionOrder(graph: Graph): GraphNode[] {
  const position = new Map(graph.nodes.map(({ output }, i) => [output, i]));
  const read = new Set(graph.nodes.flatMap(({ node }) => node.inputs));
  const stack = graph.nodes.flatMap(({ output }, i) => (read.has(output) ? [] : [{ i, isLeft: false }]));
  const visited = new Set<number>();
  const order: GraphNode[] = [];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { i, isLeft } = top;
    const graphNode = graph.nodes[i]!;
    if (isLeft) order.push(graphNode);
    if (visited.has(i)) continue;
    visited.add(i);
    stack.push({ i, isLeft: true });
    const inputs = graphNode.node.inputs.flatMap((x) => (x && position.has(x) ? [position.get(x)!] : []));
    for (const input of inputs.sort((a, b) => a - b)) stack.push({ i: input, isLeft: false });
  }
  return order;
}
