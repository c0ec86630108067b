import type { Initializer, Model, ModelGraph, ModelNode, WeightData } from '../graph/model.ts';

/**
 * Moves the weights of subgraphs (quantized merged exports have them in both branches of their `If`) to the model's own,
 * where weight files are looked for and where onnxruntime reads initializers from files; inside of a branch it reads none.
 * Equal weights become one: those on the same bytes of a file and, in the model's own `file`, on equal ones. Of others in
 * different branches under one name the later ones get names of their own.
 */
export function hoistWeights(model: Model, file: Uint8Array): Model {
  const { graph } = model;
  if (!graph.nodes.some(hasSubgraph)) return model;
  const taken = new Set(graph.initializers.map(({ name }) => name));
  const known = new EqualWeights(file, graph.initializers);
  const hoisted: Initializer[] = [];
  const take = (weight: Initializer): string => {
    const equal = known.find(weight);
    if (equal) return equal.name;
    let name = weight.name;
    for (let n = 1; taken.has(name); n++) name = `${weight.name}/branch_${n}`;
    taken.add(name);
    const own = { ...weight, name };
    known.add(own);
    hoisted.push(own);
    return name;
  };
  const nodes = graph.nodes.map((node) => withoutWeights(node, new Map(), take));
  return { ...model, graph: { ...graph, nodes, initializers: [...graph.initializers, ...hoisted] } };
}

/** Weights by type and shape; few are compared byte by byte, since those that differ do so soon. */
class EqualWeights {
  readonly #file: Uint8Array;
  readonly #weights = new Map<string, Initializer[]>();

  constructor(file: Uint8Array, weights: readonly Initializer[]) {
    this.#file = file;
    weights.forEach((weight) => this.add(weight));
  }

  add(weight: Initializer): void {
    const key = keyOf(weight);
    this.#weights.set(key, [...(this.#weights.get(key) ?? []), weight]);
  }

  find(weight: Initializer): Initializer | undefined {
    return this.#weights.get(keyOf(weight))?.find(({ data }) => this.#isEqual(data, weight.data));
  }

  #isEqual(a: WeightData, b: WeightData): boolean {
    if ('bytes' in a || 'bytes' in b || a.location !== b.location || a.length !== b.length) return false;
    if (a.offset === b.offset) return true;
    if (a.location !== '') return false;
    const [x, y] = [a, b].map(({ offset, length }) => this.#file.subarray(offset, offset + length));
    return x!.length === a.length && y!.length === a.length && x!.every((byte, i) => byte === y![i]);
  }
}

const keyOf = ({ elementType, dims }: Initializer) => `${elementType} ${dims.join()}`;

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
