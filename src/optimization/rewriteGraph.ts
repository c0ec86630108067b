import { GraphBuilder } from '../graph/builder.ts';
import type { Graph, Node, Value } from '../graph/graph.ts';
import type { Initializer } from '../graph/model.ts';

/** What a rewrite may know of the whole graph. */
export interface Surroundings {
  /** How many nodes and outputs read a value: what nobody else reads may be absorbed. */
  readonly uses: (value: Value) => number;
  /** Whether a value depends on the graph's inputs; what does not is a weight or computed of weights alone. */
  readonly isFed: (value: Value) => boolean;
}

/**
 * What stands for a node in the rewritten graph; `null` keeps it. The node's inputs are values of the new graph already,
 * so that a rewrite looks back along `Value.node`; a value that it leaves unread disappears.
 */
export type Rewrite = (g: GraphBuilder, node: Node, around: Surroundings) => Value | null;

/** Builds the graph once more, node by node, with what `rewrite` has in a node's place. Inputs and outputs stay. */
export function rewriteGraph(graph: Graph, rewrite: Rewrite): Graph {
  const copy = new GraphCopy(graph);
  for (const { node, output } of graph.nodes) copy.add(node, output, rewrite);
  return copy.finish();
}

class GraphCopy {
  readonly #graph: Graph;
  readonly #g = new GraphBuilder();
  readonly #known = new Map<Value, Value>();
  readonly #initializers: ReadonlyMap<Value, Initializer>;
  readonly #usesBefore: ReadonlyMap<Value, number>;
  readonly #uses = new Map<Value, number>();
  readonly #fed = new Set<Value>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#initializers = new Map(graph.weights.map(({ value, initializer }) => [value, initializer]));
    this.#usesBefore = countUses(graph);
    for (const input of graph.inputs) {
      const fed = this.#g.input(input.name, input.elementType, input.shape);
      this.#note(input, fed);
      this.#fed.add(fed);
    }
  }

  add(node: Node, output: Value, rewrite: Rewrite): void {
    const g = this.#g;
    const inputs = node.inputs.map((x) => x && this.#read(x));
    const copied = node.with(inputs);
    const scope = node.name.slice(0, node.name.lastIndexOf('/'));
    const value = g.scoped(scope, () => rewrite(g, copied, this.#around) ?? g.op(node.op, inputs, node.attributes)); // prettier-ignore
    this.#note(output, value);
    if (inputs.some((x) => x && this.#fed.has(x))) this.#fed.add(value);
  }

  finish(): Graph {
    const outputs = this.#graph.outputs.map(({ name, value }) => [name, this.#read(value)] as const);
    return this.#g.finish(this.#graph.name, Object.fromEntries(outputs));
  }

  /** What a rewrite made on its way is not noted; chains of what is not fed are short. */
  #isFed(value: Value): boolean {
    return this.#fed.has(value) || (value.node?.inputs.some((x) => x && this.#isFed(x)) ?? false);
  }

  readonly #around: Surroundings = {
    // What a rewrite made on its way is read by what it made next.
    uses: (value) => this.#uses.get(value) ?? 1,
    isFed: (value) => this.#isFed(value),
  };

  /** Everybody who read `before` reads `now`, and so does who read that already. */
  #note(before: Value, now: Value): void {
    this.#known.set(before, now);
    this.#uses.set(now, (this.#uses.get(now) ?? 0) + (this.#usesBefore.get(before) ?? 0));
  }

  #read(value: Value): Value {
    const known = this.#known.get(value);
    if (known) return known;
    const made = this.#make(value);
    this.#note(value, made);
    return made;
  }

  #make(value: Value): Value {
    const { constant, elementType, shape } = value;
    if (constant) return this.#g.constant(elementType, shape, constant);
    const initializer = this.#initializers.get(value);
    if (!initializer) throw new Error(`${value.name} is read before it is computed.`);
    return this.#g.weight(initializer);
  }
}

function countUses({ nodes, outputs }: Graph): Map<Value, number> {
  const uses = new Map<Value, number>();
  const read = [...nodes.flatMap(({ node }) => node.inputs), ...outputs.map(({ value }) => value)];
  for (const value of read) if (value) uses.set(value, (uses.get(value) ?? 0) + 1);
  return uses;
}
