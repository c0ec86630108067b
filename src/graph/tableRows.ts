import { Node, type Graph, type GraphNode, type Value } from './graph.ts';
import type { Initializer } from './model.ts';
import { normalizeAxis } from './shapeRules.ts';

/**
 * The weights of which a graph reads only the rows that `indices` name: an embedding and its scales. Whoever runs the
 * graph may hand over those rows alone, see `countRows`.
 */
export function tablesReadByRow(graph: Graph, indices: Value): ReadonlySet<Value> {
  const tables = new Set(
    graph.weights.flatMap(({ value, initializer }) => (hasRows(initializer) ? [value] : [])),
  );
  for (const { node } of graph.nodes) {
    const isRowGather = readsRows(node, indices);
    node.inputs.forEach((x, i) => void (x && (i > 0 || !isRowGather) && tables.delete(x)));
  }
  return tables;
}

const readsRows = (node: Node, indices: Value): boolean =>
  node.op === 'Gather' &&
  node.inputs[1] === indices &&
  normalizeAxis(node.int('axis', 0), node.input(0).shape.length) === 0;

/** Whether an initializer lies in a file, each row in whole bytes. */
const hasRows = ({ data, dims }: Initializer): boolean =>
  'location' in data && dims.length > 0 && Number.isInteger(data.length / dims[0]!);

/** The graph with `tables` read at `counted` (0, 1, 2, … in the shape of the indices) where they were read by indices. */
export function countRows(graph: Graph, tables: ReadonlySet<Value>, counted: Value): Graph {
  let isRead = false;
  const nodes = graph.nodes.map((graphNode): GraphNode => {
    const { node, output } = graphNode;
    const [table] = node.inputs;
    if (!table || !tables.has(table)) return graphNode;
    isRead = true;
    return { node: new Node(node.name, node.op, [table, counted], node.attributes), output };
  });
  return isRead ? { ...graph, nodes, inputs: [...graph.inputs, counted] } : graph;
}
