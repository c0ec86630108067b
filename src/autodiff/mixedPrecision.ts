import { GraphBuilder } from '../graph/builder.ts';
import type { Graph, GraphNode, Node, Value } from '../graph/graph.ts';
import type { Initializer } from '../graph/model.ts';
import { float16ToNumber, numberToFloat16 } from '../halfPrecision.ts';
import { precisionRules } from './precisionRules.ts';
import { choosePrecisions, yielded, type Precision } from './precisions.ts';

/**
 * The same graph with float32 values in half precision wherever `choosePrecisions` says so. Its inputs and outputs stay
 * what they are; casts stand where the precision changes, one for each value. Weights that are stored in half precision
 * are read as they are.
 * @throws naming op and node where a primitive would be given both precisions
 */
export function toMixedPrecision(graph: Graph): Graph {
  const mixed = new MixedGraph(graph);
  for (const graphNode of graph.nodes) mixed.add(graphNode);
  const outputs = graph.outputs.map(({ name, value }) => [name, mixed.read(value, 'float32')] as const);
  return mixed.g.finish(graph.name, Object.fromEntries(outputs));
}

/** The largest number of half precision. */
const largestHalf = 65504;

/** Rounded to half precision; what stands for "never" in a mask stays finite. */
const toHalf = (x: number): number =>
  float16ToNumber(numberToFloat16(Number.isFinite(x) ? Math.max(-largestHalf, Math.min(largestHalf, x)) : x));

class MixedGraph {
  readonly g = new GraphBuilder();
  readonly #precisions: ReadonlyMap<Value, Precision>;
  readonly #weights: ReadonlyMap<Value, Initializer>;
  /** What stands for a value of the original graph, in either precision. */
  readonly #known: Readonly<Record<Precision, Map<Value, Value>>> = {
    float16: new Map(),
    float32: new Map(),
  };

  constructor(graph: Graph) {
    this.#precisions = choosePrecisions(graph);
    this.#weights = new Map(graph.weights.map(({ value, initializer }) => [value, initializer]));
    for (const input of graph.inputs)
      this.#known.float32.set(input, this.g.input(input.name, input.elementType, input.shape));
  }

  /** Adds a node that depends on the graph's inputs; others are added where they are read, if they are. */
  add({ node, output }: GraphNode): void {
    const precision = this.#precisions.get(output);
    if (!precision) return;
    const computed = this.#build(node, precision);
    if (output.elementType !== 'float32') return void this.#known.float32.set(output, computed);
    const kept = yielded(node, precision);
    this.#known[kept].set(output, this.#cast(node.name, computed, kept));
  }

  /** A value of the original graph; `as` is of no account where it is no float32. */
  read(value: Value, as: Precision): Value {
    const precision = value.elementType === 'float32' ? as : 'float32';
    const known = this.#known[precision].get(value);
    if (known) return known;
    const made = this.#make(value, precision);
    this.#known[precision].set(value, made);
    return made;
  }

  #make(value: Value, as: Precision): Value {
    const { node, constant, elementType, shape } = value;
    const isHalf = elementType === 'float32' && as === 'float16';
    if (constant) return isHalf ? this.g.constant(as, shape, constant.map(toHalf)) : this.g.constant(elementType, shape, constant); // prettier-ignore
    const weight = this.#weights.get(value);
    if (weight) return isHalf ? this.#cast(value.name, this.g.weight(weight), as) : this.g.weight(weight);
    if (isHalf && isWidening(node)) return this.read(node.input(0), as);
    if (this.#precisions.has(value)) {
      const other = as === 'float16' ? 'float32' : 'float16';
      return this.#cast(value.name, this.#known[other].get(value)!, as);
    }
    const isSameInHalf = precisionRules[node!.op] === 'stored' || precisionRules[node!.op] === 'moving';
    if (isHalf && !isSameInHalf) return this.#cast(value.name, this.read(value, 'float32'), as);
    return this.#build(node!, as);
  }

  #build(node: Node, precision: Precision): Value {
    const inputs = node.inputs.map((x) => x && this.read(x, precision));
    const scope = node.name.slice(0, node.name.lastIndexOf('/'));
    return this.g.scoped(scope, () => this.g.op(node.op, inputs, node.attributes));
  }

  #cast(name: string, value: Value, to: Precision): Value {
    return this.g.scoped(name, () => this.g.cast(value, to));
  }
}

/** Whether a node makes float32 of what half precision holds already. */
const isWidening = (node: Node | null): node is Node =>
  node?.op === 'Cast' && node.input(0).elementType === 'float16';
