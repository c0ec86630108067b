import type { GraphBuilder } from '../graph/builder.ts';
import { broadcastShapes } from '../graph/broadcast.ts';
import { sameShape, type Node, type Value } from '../graph/graph.ts';
import type { PrimitiveOp } from '../graph/primitives.ts';
import { permutation } from '../graph/shapeRules.ts';
import type { Rewrite } from './rewriteGraph.ts';

const broadcasting = new Set<PrimitiveOp>(['Add', 'Sub', 'Mul', 'Div']);

/**
 * What moves data without need: a reshape of a reshape, a transposition of a transposition, one that moves axes of length 1
 * only, and a tensor that is expanded for an op that broadcasts anyway.
 */
export const simplifyLayout = (): Rewrite => (g, node) => {
  if (node.op === 'Reshape') return reshaped(g, node);
  if (node.op === 'Transpose') return transposed(g, node);
  return broadcasting.has(node.op) ? withoutExpand(g, node) : null;
};

function reshaped(g: GraphBuilder, node: Node): Value | null {
  const from = source(node.input(0), 'Reshape');
  const target = node.input(1);
  if (!from || !target.constant || target.constant.some((dim) => dim <= 0)) return null;
  return g.reshape(from, Array.from(target.constant));
}

function transposed(g: GraphBuilder, node: Node): Value | null {
  const x = node.input(0);
  const perm = permutation(node);
  const from = source(x, 'Transpose');
  if (from) {
    const first = permutation(x.node!);
    return g.transpose(from, perm.map((axis) => first[axis]!)); // prettier-ignore
  }
  const moved = perm.filter((axis) => x.shape[axis] !== 1);
  const isInOrder = moved.every((axis, i) => i === 0 || axis > moved[i - 1]!);
  return isInOrder ? g.reshape(x, perm.map((axis) => x.shape[axis]!)) : null; // prettier-ignore
}

function withoutExpand(g: GraphBuilder, node: Node): Value | null {
  const [a, b] = [node.input(0), node.input(1)];
  const whole = broadcastShapes(a.shape, b.shape);
  const shrink = (x: Value, other: Value) => {
    const from = source(x, 'Expand');
    return from && sameShape(broadcastShapes(from.shape, other.shape), whole) ? from : x;
  };
  const first = shrink(a, b);
  const second = shrink(b, first);
  return first === a && second === b ? null : g.op(node.op, [first, second], node.attributes);
}

/** What a value is made of by an op of that kind; null where it is not. */
const source = ({ node }: Value, op: PrimitiveOp): Value | null => (node?.op === op ? node.input(0) : null);
