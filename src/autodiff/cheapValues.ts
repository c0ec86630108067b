import type { GraphBuilder } from '../graph/builder.ts';
import { sizeOf, type GraphNode, type Node, type Value } from '../graph/graph.ts';
import type { PrimitiveOp } from '../graph/primitives.ts';
import { valuesReaching } from '../graph/traversal.ts';
import { after } from './ordering.ts';
import type { Segment } from './segments.ts';

/** Ops that cost little beside a matrix product: one pass over their inputs. */
const elementwise = new Set<PrimitiveOp>([
  'Add', 'Sub', 'Mul', 'Div', 'Pow', 'Max', 'Min', 'Neg', 'Abs', 'Sqrt', 'Reciprocal', 'Exp', 'Log', 'Tanh', 'Sigmoid',
  'Erf', 'Relu',
]); // prettier-ignore

/** Ops whose gradient reads what they yielded. */
const readingOutput = new Set<PrimitiveOp>([
  'Sqrt',
  'Reciprocal',
  'Exp',
  'Tanh',
  'Sigmoid',
  'Softmax',
  'Div',
]);

/** Ops whose gradient for one input reads the others. */
const readingOthers = new Set<PrimitiveOp>(['Mul', 'Div', 'MatMul']);

/** Ops whose gradient for an input reads that input. */
const readingInput = new Set<PrimitiveOp>(['Pow', 'Max', 'Min', 'Abs', 'Log', 'Erf', 'Relu']);

/**
 * The nodes of a segment whose values backpropagation need not keep: elementwise ones whose operands it keeps anyway, or
 * gets back in the same way. What a sum is made of is not kept for the sum's sake, so the sum itself is.
 */
export function cheapNodes({ input, nodes }: Segment, targets: readonly Value[]): GraphNode[] {
  const reaching = valuesReaching(nodes, input ? [...targets, input] : targets);
  const read = readByGradients(nodes, reaching);
  const computed = new Set(nodes.map(({ output }) => output));
  const cheap = new Set<Value>();
  return nodes.filter(({ node, output }) => {
    const isAtHand = (x: Value | null) => !x || !computed.has(x) || read.has(x) || cheap.has(x);
    const isCheap = elementwise.has(node.op) && node.inputs.every(isAtHand);
    if (isCheap) cheap.add(output);
    return isCheap;
  });
}

/** The values that gradients are computed from. */
function readByGradients(nodes: readonly GraphNode[], reaching: ReadonlySet<Value>): Set<Value> {
  const read = new Set<Value>();
  for (const { node, output } of nodes) {
    if (!reaching.has(output)) continue;
    if (readingOutput.has(node.op)) read.add(output);
    for (const x of node.inputs) if (x && isRead(x, node, reaching)) read.add(x);
  }
  return read;
}

function isRead(x: Value, node: Node, reaching: ReadonlySet<Value>): boolean {
  if (readingInput.has(node.op)) return true;
  if (!readingOthers.has(node.op)) return false;
  const isSquare = node.inputs.filter((other) => other === x).length > 1;
  return isSquare || node.inputs.some((other) => other && other !== x && reaching.has(other));
}

/**
 * Adds the segment's cheap values to `g` once more, available after `dy`, so that the runtime cannot merge them with those
 * of the forward pass. Of a node's operands one that comes after `dy` suffices; the smallest, where none does yet.
 * @returns value of the forward pass → the same value again
 */
export function computeCheapAgain(
  g: GraphBuilder,
  segment: Segment,
  targets: readonly Value[],
  dy: Value,
): Map<Value, Value> {
  const again = new Map<Value, Value>();
  const later = new Map<Value, Value>();
  const computed = new Set(segment.nodes.map(({ output }) => output));
  const isKept = (x: Value | null): x is Value => x !== null && (computed.has(x) || x === segment.input);
  for (const { node, output } of cheapNodes(segment, targets)) {
    const kept = node.inputs.some((x) => x && again.has(x)) ? [] : node.inputs.filter(isKept);
    const [smallest] = kept.toSorted((a, b) => sizeOf(a.shape) - sizeOf(b.shape));
    if (smallest && !later.has(smallest)) later.set(smallest, after(g, smallest, dy));
    const inputs = node.inputs.map((x) => {
      if (!x) return null;
      return again.get(x) ?? (x === smallest ? later.get(x)! : x);
    });
    again.set(
      output,
      g.scoped(`${node.name}/again`, () => g.op(node.op, inputs, node.attributes)),
    );
  }
  return again;
}
