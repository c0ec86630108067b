import type { Graph, GraphNode, Value } from './graph.ts';
import { bytesOf } from './memoryEstimate.ts';

/** What is to be cut, and where it must be. */
export interface CutPlan {
  readonly graph: Graph;
  /** The graph's nodes, and maybe others, in an order in which they can be computed. No piece spans two stages. */
  readonly stages: readonly (readonly GraphNode[])[];
  /** Inputs that every piece gets: what depends on them and on weights alone is computed wherever it is read. */
  readonly everywhere: ReadonlySet<Value>;
  /** Bytes that are read of a weight. */
  readonly weightBytes: (weight: Value) => number;
}

/**
 * Cuts a graph into graphs that are run one after another and give what the whole gives: the same nodes on the same
 * values. A piece's inputs are the graph's own and what earlier pieces computed (under the value's name), its outputs
 * what later pieces read and the graph's own. What takes no activation to compute (converted weights, tables, parts of
 * the parameters) is computed in every piece that reads it.
 * @param largestWeights bytes of weights per piece; a node that alone reads more gets a piece of its own
 * @returns the pieces of each stage, in order
 */
export function cutGraph(plan: CutPlan, largestWeights: number): Graph[][] {
  const { graph, stages, everywhere } = plan;
  const sources = new Sources(graph, everywhere);
  const live = new Set(graph.nodes.map(({ output }) => output));
  const isComputed = ({ output }: GraphNode) => live.has(output) && !sources.has(output);
  const kept = stages.map((stage) => stage.filter(isComputed));
  const nodes = kept.flat();
  const lastUse = lastUses(nodes, graph);
  const costs = costsOfCuts(nodes, lastUse);
  let start = 0;
  return kept.map((stage) => {
    const pieces: Graph[] = [];
    for (const stop = start + stage.length; start < stop;) {
      const read = bytesRead(nodes.slice(start, stop), sources, plan.weightBytes, largestWeights);
      const isLast = start + read.length === stop;
      const end = isLast ? stop : cheapestCut(costs, start, read);
      pieces.push(pieceOf(graph, nodes.slice(start, end), sources, (x) => lastUse.get(x)! >= end));
      start = end;
    }
    return pieces;
  });
}

const inputsOf = ({ node }: GraphNode): Value[] => node.inputs.filter((x) => x !== null);

/** The values that take no activation to compute. */
class Sources {
  readonly #nodes = new Map<Value, GraphNode>();
  /** Of such a value, and of a weight itself, the weights behind it. */
  readonly #weights = new Map<Value, readonly Value[]>();

  constructor(graph: Graph, everywhere: ReadonlySet<Value>) {
    for (const { value } of graph.weights) this.#weights.set(value, [value]);
    for (const graphNode of graph.nodes) {
      const inputs = inputsOf(graphNode);
      const isSource = (x: Value) => x.constant !== null || everywhere.has(x) || this.#weights.has(x);
      if (!inputs.every(isSource)) continue;
      this.#nodes.set(graphNode.output, graphNode);
      this.#weights.set(graphNode.output, [...new Set(inputs.flatMap((x) => this.weightsBehind(x)))]);
    }
  }

  has(value: Value): boolean {
    return this.#nodes.has(value);
  }

  weightsBehind(value: Value): readonly Value[] {
    return this.#weights.get(value) ?? [];
  }

  /** The nodes that compute what `nodes` read of these values, in the graph's order. */
  nodesFor(nodes: readonly GraphNode[]): GraphNode[] {
    const needed = new Set<Value>();
    const visit = (x: Value): void => {
      const source = this.#nodes.get(x);
      if (!source || needed.has(x)) return;
      needed.add(x);
      inputsOf(source).forEach(visit);
    };
    nodes.flatMap(inputsOf).forEach(visit);
    return [...this.#nodes.values()].filter(({ output }) => needed.has(output));
  }
}

/** Of every computed value the index of the last node that reads it; beyond the last for the graph's outputs. */
function lastUses(nodes: readonly GraphNode[], { outputs }: Graph): Map<Value, number> {
  const lastUse = new Map<Value, number>();
  nodes.forEach((graphNode, i) =>
    [graphNode.output, ...inputsOf(graphNode)].forEach((x) => lastUse.set(x, i)),
  );
  for (const { value } of outputs) lastUse.set(value, nodes.length);
  return lastUse;
}

/** What passing a value on costs: its bytes. Packed and half-precision ones stay inside where that can be. */
const costOf = (value: Value) => bytesOf(value) * (value.elementType === 'float32' ? 1 : 2 ** 20);

/** What would have to be passed on if the graph were cut before each node. */
function costsOfCuts(nodes: readonly GraphNode[], lastUse: ReadonlyMap<Value, number>): Float64Array {
  const changes = new Float64Array(nodes.length + 2);
  nodes.forEach(({ output }, i) => {
    changes[i + 1]! += costOf(output);
    changes[lastUse.get(output)! + 1]! -= costOf(output);
  });
  let cost = 0;
  return changes.map((change) => (cost += change));
}

/** Bytes of weights that the first nodes read together, for every node until that would be more than `largest`. */
function bytesRead(
  nodes: readonly GraphNode[],
  sources: Sources,
  weightBytes: (weight: Value) => number,
  largest: number,
): number[] {
  const read = new Set<Value>();
  const totals: number[] = [];
  for (const node of nodes) {
    const fresh = new Set(inputsOf(node).flatMap((x) => sources.weightsBehind(x)).filter((x) => !read.has(x))); // prettier-ignore
    const before = totals.at(-1) ?? 0;
    const total = [...fresh].reduce((sum, x) => sum + weightBytes(x), before);
    if (total > largest && before > 0 && total > before) break;
    fresh.forEach((x) => read.add(x));
    totals.push(total);
  }
  return totals;
}

/** Where a piece from `start` ends: where least is passed on, provided that it reads at least half of what it may. */
function cheapestCut(costs: Float64Array, start: number, read: readonly number[]): number {
  const cuts = read.flatMap((bytes, i) => (2 * bytes >= read.at(-1)! ? [start + i + 1] : []));
  return cuts.reduce((best, cut) => (costs[cut]! <= costs[best]! ? cut : best));
}

function pieceOf(
  graph: Graph,
  computed: readonly GraphNode[],
  sources: Sources,
  isReadLater: (value: Value) => boolean,
): Graph {
  const nodes = [...sources.nodesFor(computed), ...computed];
  const own = new Set(nodes.map(({ output }) => output));
  const read = new Set(nodes.flatMap(inputsOf));
  const weights = graph.weights.filter(({ value }) => read.has(value));
  const stored = new Set(weights.map(({ value }) => value));
  const inputs = [...read].filter((x) => !own.has(x) && !stored.has(x) && x.constant === null);
  const results = new Set(computed.map(({ output }) => output));
  const outputs = graph.outputs.filter(({ value }) => results.has(value));
  const final = new Set(outputs.map(({ value }) => value));
  const passed = [...results].filter((value) => isReadLater(value) && !final.has(value));
  return {
    name: graph.name,
    inputs,
    outputs: [...outputs, ...passed.map((value) => ({ name: value.name, value }))],
    nodes,
    weights,
  };
}
