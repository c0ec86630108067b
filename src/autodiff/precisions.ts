import { sizeOf, type Graph, type Node, type Value } from '../graph/graph.ts';
import { precisionRules } from './precisionRules.ts';

/** What a graph's floats are computed in. */
export type Precision = 'float16' | 'float32';

/**
 * The precision in which each node that depends on the graph's inputs is computed, by the node's output. Where no
 * operand says otherwise that is float32: embedded tokens, and with them the residual stream, whose largest activations
 * half precision cannot hold in some models.
 */
export function choosePrecisions(graph: Graph): Map<Value, Precision> {
  const chosen = new Map<Value, Precision>(graph.inputs.map((input) => [input, 'float32']));
  for (const { node, output } of graph.nodes) {
    if (node.inputs.some((x) => x && chosen.has(x))) chosen.set(output, fromOperands(node, chosen));
  }
  followReaders(graph, chosen);
  return chosen;
}

/** The precision in which a node's result is handed on. */
export const yielded = (node: Node | null, computed: Precision): Precision =>
  node && precisionRules[node.op] === 'guarded' ? 'float16' : computed;

function fromOperands(node: Node, chosen: ReadonlyMap<Value, Precision>): Precision {
  const rule = precisionRules[node.op];
  if (rule === 'half') return 'float16';
  if (rule === 'float' || rule === 'guarded' || isSquare(node)) return 'float32';
  const operands = floatOperands(node).filter((x) => chosen.has(x));
  // A single number (a scale, a dependency on something earlier) widens nothing that it is combined with.
  const tensors = operands.filter(({ shape }) => sizeOf(shape) > 1);
  const deciding = tensors.length > 0 ? tensors : operands;
  const isHalf = deciding.length > 0 && deciding.every((x) => yielded(x.node, chosen.get(x)!) === 'float16');
  return isHalf ? 'float16' : 'float32';
}

/** Squares leave half precision's range from 256 on: those of a norm, of GELU's polynomial. */
const isSquare = ({ op, inputs }: Node): boolean => op === 'Mul' && inputs[0] === inputs[1];

/** The inputs that exist in either precision. */
export const floatOperands = ({ inputs }: Node): Value[] =>
  inputs.filter((x): x is Value => x?.elementType === 'float32');

/** Spares rounding where everything that reads a result computes in float32, and room where nothing does. */
function followReaders({ nodes, outputs }: Graph, chosen: Map<Value, Precision>): void {
  const readers = new Map<Value, Set<Precision>>(outputs.map(({ value }) => [value, new Set(['float32'])]));
  for (const { node, output } of nodes.toReversed()) {
    if (!chosen.has(output)) continue;
    const [reader, ...others] = readers.get(output) ?? [];
    const rule = precisionRules[node.op];
    const isWidened = rule === 'elementwise' && reader === 'float32';
    const isNarrowed = rule === 'moving' && reader === 'float16';
    if (others.length === 0 && (isWidened || isNarrowed)) chosen.set(output, reader!);
    const precision = chosen.get(output)!;
    for (const x of floatOperands(node)) readers.set(x, (readers.get(x) ?? new Set()).add(precision));
  }
}
