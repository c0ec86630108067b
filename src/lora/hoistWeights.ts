import type { Initializer, Model, ModelGraph, ModelNode } from '../graph/model.ts';

/**
 * Moves the weights of subgraphs (quantized merged exports have them in both branches of their `If`) to the model's own,
 * where weight files are looked for and where onnxruntime reads initializers from files; inside of a branch it reads none.
 * Of weights in different branches under one name the later ones get names of their own.
 */
export function hoistWeights(model: Model): Model {
  const { graph } = model;
  if (!graph.nodes.some(hasSubgraph)) return model;
  const taken = new Set(graph.initializers.map(({ name }) => name));
  const hoisted: Initializer[] = [];
  const take = (weight: Initializer): string => {
    let name = weight.name;
    for (let n = 1; taken.has(name); n++) name = `${weight.name}/branch_${n}`;
    taken.add(name);
    hoisted.push({ ...weight, name });
    return name;
  };
  const nodes = graph.nodes.map((node) => withoutWeights(node, new Map(), take));
  return { ...model, graph: { ...graph, nodes, initializers: [...graph.initializers, ...hoisted] } };
}

type Take = (weight: Initializer) => string;

const hasSubgraph = ({ attributes }: ModelNode): boolean =>
  Object.values(attributes).some(({ type }) => type === 'graph');

/** The node with its inputs renamed and its subgraphs' weights taken away. */
function withoutWeights(node: ModelNode, renamed: ReadonlyMap<string, string>, take: Take): ModelNode {
  const attributes = Object.entries(node.attributes).map(([name, attribute]) => [
    name,
    attribute.type === 'graph' ? { ...attribute, value: emptied(attribute.value, renamed, take) } : attribute,
  ]);
  return {
    ...node,
    inputs: node.inputs.map((name) => renamed.get(name) ?? name),
    attributes: Object.fromEntries(attributes) as ModelNode['attributes'],
  };
}

function emptied(graph: ModelGraph, outer: ReadonlyMap<string, string>, take: Take): ModelGraph {
  const isWeight = ({ data }: Initializer) => 'location' in data;
  const own = graph.initializers.filter(isWeight).map((weight) => [weight.name, take(weight)] as const);
  const renamed = new Map([...outer, ...own]);
  return {
    ...graph,
    nodes: graph.nodes.map((node) => withoutWeights(node, renamed, take)),
    initializers: graph.initializers.filter((initializer) => !isWeight(initializer)),
  };
}
