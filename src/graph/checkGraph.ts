import type { ModelGraph, ModelNode } from './model.ts';

type IsKnown = (name: string) => boolean;

/**
 * Checks what ONNX demands of any graph, subgraphs included: every value is computed once, is computed at all, and does not
 * depend on itself. The order of the nodes is left open.
 * @param isOuter whether a name is a value of a graph around this one
 * @throws Error with a fragment naming the value and the nodes
 */
export function checkGraph(graph: ModelGraph, isOuter: IsKnown = () => false): void {
  const given = new Set([...graph.inputs, ...graph.initializers].map(({ name }) => name));
  const producers = producersOf(graph, given);
  const isKnown: IsKnown = (name) => given.has(name) || producers.has(name) || isOuter(name);
  for (const node of graph.nodes) {
    const missing = node.inputs.find((name) => name !== '' && !isKnown(name));
    if (missing !== undefined)
      throw new Error(`${label(node)} reads ${quote(missing)}, which nothing computes`);
    for (const subgraph of subgraphsOf(node)) checkGraph(subgraph, isKnown);
  }
  const absent = graph.outputs.find(({ name }) => !isKnown(name));
  if (absent) throw new Error(`nothing computes the graph's output ${quote(absent.name)}`);
  checkOrder(graph.nodes, producers);
}

function producersOf({ nodes }: ModelGraph, given: ReadonlySet<string>): Map<string, ModelNode> {
  const producers = new Map<string, ModelNode>();
  for (const node of nodes) {
    for (const name of node.outputs) {
      if (name === '') continue;
      const other = producers.get(name);
      if (other) throw new Error(`${label(other)} and ${label(node)} both compute ${quote(name)}`);
      if (given.has(name)) throw new Error(`${label(node)} computes ${quote(name)}, which is given already`);
      producers.set(name, node);
    }
  }
  return producers;
}

/** Kahn's algorithm: takes nodes away whose inputs are computed; nodes that remain wait for each other. */
function checkOrder(nodes: readonly ModelNode[], producers: ReadonlyMap<string, ModelNode>): void {
  const readers = new Map<ModelNode, ModelNode[]>();
  const waitsFor = new Map<ModelNode, number>();
  for (const node of nodes) {
    const sources = new Set(namesIn(node).flatMap((name) => producers.get(name) ?? []));
    waitsFor.set(node, sources.size);
    for (const source of sources) append(readers, source, node);
  }
  const ready = nodes.filter((node) => waitsFor.get(node) === 0);
  for (let node = ready.pop(); node; node = ready.pop()) {
    waitsFor.delete(node);
    for (const reader of readers.get(node) ?? []) {
      const left = waitsFor.get(reader)! - 1;
      waitsFor.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  }
  const [stuck] = waitsFor.keys();
  if (stuck) throw new Error(`${label(stuck)} depends on its own output`);
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

/** Names that a node reads, those of outer values that its subgraphs read included. */
function namesIn(node: ModelNode): string[] {
  return [...node.inputs, ...subgraphsOf(node).flatMap(outerNames)];
}

/** A branch may call a value as its node's output is called, so what is computed inside does not count. */
function outerNames({ nodes, inputs, initializers, outputs }: ModelGraph): string[] {
  const inside = new Set([...inputs, ...initializers].map(({ name }) => name));
  for (const node of nodes) node.outputs.forEach((name) => inside.add(name));
  const read = [...nodes.flatMap(namesIn), ...outputs.map(({ name }) => name)];
  return read.filter((name) => !inside.has(name));
}

const subgraphsOf = ({ attributes }: ModelNode): ModelGraph[] =>
  Object.values(attributes).flatMap((attribute) => (attribute.type === 'graph' ? [attribute.value] : []));

const quote = (name: string) => JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);

const label = ({ opType, name, outputs }: ModelNode) => `${opType} node ${quote(name || (outputs[0] ?? ''))}`;
