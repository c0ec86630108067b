import type { Node, Shape, Value } from '../graph/graph.ts';
import type { PrimitiveOp } from '../graph/primitives.ts';
import { normalizeAxis, reduceAxes, slicePlan } from '../graph/shapeRules.ts';
import { axesOf, isIndifferent, moved, sameAxes, type TokenAxes } from './tokenAxes.ts';

/** A node's inputs and output with how they lie over tokens; null for what no token reaches. */
interface Visit {
  readonly node: Node;
  readonly output: Value;
  /** By input. */
  readonly at: readonly (TokenAxes | null)[];
  /** [B, T] */
  readonly lines: readonly [number, number];
}

/** How a node's output lies over tokens; null where one token may reach another, or it is not known. */
type AxesRule = (visit: Visit) => TokenAxes | null;

/** What leaves hidden weights of attention at zero. */
const keepsZeros: ReadonlySet<PrimitiveOp> = new Set(['Mul', 'Div', 'Cast']);

/** Operands side by side, broadcast to the output. */
const elementwise: AxesRule = ({ node, output, at }) => {
  const rank = output.shape.length;
  const aligned = at.flatMap((axes, i) => (axes ? [moved(axes, shiftTo(rank, node.input(i)))] : []));
  const [first] = aligned;
  if (!first || !aligned.every((axes) => sameAxes(axes, first))) return null;
  if (first.kind === 'pairs' && first.isMasked && !keepsZeros.has(node.op)) return null;
  const free = node.inputs.filter((x, i) => x && !at[i]) as Value[];
  return free.every((x) => isIndifferent(x, first, rank)) ? first : null;
};

/** The number that an operand's axis has in a result of `rank` axes. */
const shiftTo =
  (rank: number, { shape }: Value) =>
  (axis: number) =>
    axis + rank - shape.length;

/** Ops that read along some axes of their first input, which must not be those of tokens. */
const along =
  (axesRead: (visit: Visit) => readonly number[]): AxesRule =>
  (visit) => {
    const [at, ...others] = visit.at;
    if (!at || others.some((other) => other)) return null;
    return axesOf(at).some((axis) => axesRead(visit).includes(axis)) ? null : at;
  };

const rankOf = ({ node }: Visit) => node.input(0).shape.length;
const ofLast = along((visit) => [rankOf(visit) - 1]);
const axisOf = (visit: Visit) => normalizeAxis(visit.node.int('axis', -1), rankOf(visit));

const reduction: AxesRule = (visit) => {
  const read = reduceAxes(visit.node);
  const at = along(() => read)(visit);
  if (!at || visit.node.int('keepdims', 1) === 1) return at;
  return moved(at, (axis) => axis - read.filter((other) => other < axis).length);
};

/** Over the keys of an attention only where those of other rows are hidden. */
const softmax: AxesRule = (visit) => {
  const [at] = visit.at;
  if (at?.kind !== 'pairs') return along((it) => [axisOf(it)])(visit);
  return axisOf(visit) === at.key && at.isMasked ? at : null;
};

const elementsBefore = (shape: Shape, axis: number) => shape.slice(0, axis).reduce((a, b) => a * b, 1);

/**
 * An axis of tokens stays one where as many elements lie before it, also where others were joined to its end; batch and
 * tokens may become one, and two again.
 */
const reshape: AxesRule = ({ node, output, at: [at], lines: [batch, length] }) => {
  if (!at) return null;
  const from = node.input(0).shape;
  const find = (before: number, holds: (dim: number) => boolean) => {
    const found = output.shape.findIndex(
      (dim, i) => holds(dim) && elementsBefore(output.shape, i) === before,
    );
    return found < 0 ? null : found;
  };
  if (at.kind === 'pairs') {
    const isHeld = (axis: number) => (dim: number) =>
      at.batch.includes(axis) ? dim % batch === 0 : dim === from[axis];
    return moved(at, (axis) => find(elementsBefore(from, axis), isHeld(axis)));
  }
  const [first, second] = at.axes as [number, number | undefined];
  const before = elementsBefore(from, first);
  const inner = second === undefined ? before * batch : elementsBefore(from, second);
  const tokens = find(inner, (dim) => dim > 1 && dim % length === 0);
  const lines = batch === 1 ? null : find(before, (dim) => dim > 1 && dim % batch === 0);
  if (tokens !== null && batch === 1) return { kind: 'tokens', axes: [tokens] };
  if (tokens !== null && lines !== null) return { kind: 'tokens', axes: [lines, tokens] };
  const joined = inner === before * batch ? find(before, (dim) => dim % (batch * length) === 0) : null;
  return joined === null ? null : { kind: 'tokens', axes: [joined] };
};

const transpose: AxesRule = ({ node, at: [at] }) => {
  const perm = node.attributes['perm'];
  return at && perm?.type === 'ints' ? moved(at, (axis) => perm.value.indexOf(axis)) : null;
};

const expand: AxesRule = ({ node, output, at: [at] }) =>
  at ? moved(at, shiftTo(output.shape.length, node.input(0))) : null;

const concat: AxesRule = (visit) => {
  const at = elementwise(visit);
  return at && !axesOf(at).includes(axisOf(visit)) ? at : null;
};

/** Whole axes of tokens only. */
const slice = along(({ node }) => {
  const { shape } = node.input(0);
  const { starts, steps, shape: left } = slicePlan(node);
  return shape.flatMap((dim, i) => (left[i] === dim && starts[i] === 0 && steps[i] === 1 ? [] : [i]));
});

/** Rows of a table by token, or the same entries of every token. */
const gather: AxesRule = (visit) => {
  const [data, indices] = visit.at;
  const axis = normalizeAxis(visit.node.int('axis', 0), rankOf(visit));
  if (!data) return indices ? moved(indices, (i) => i + axis) : null;
  const at = along(() => [axis])(visit);
  const grown = visit.node.input(1).shape.length - 1;
  return at && moved(at, (i) => (i < axis ? i : i + grown));
};

const gatherQuantized: AxesRule = ({ at: [data, indices, ...others] }) =>
  data || others.some((other) => other) ? null : (indices ?? null);

/** By the positions that were fed; or tables that have a row for each token, in order. */
const rotary: AxesRule = ({ node, at: [x, positions, ...tables], lines: [batch, length] }) => {
  const [rank, time] = node.input(0).shape.length === 4 ? [4, 2] : [3, 1];
  const perToken = (at: number): TokenAxes => ({ kind: 'tokens', axes: batch === 1 ? [at] : [0, at] });
  if (!x || node.input(0).shape.length !== rank || !sameAxes(x, perToken(time))) return null;
  if (positions) return sameAxes(positions, perToken(1)) && tables.every((table) => !table) ? x : null;
  const isInOrder = node.input(1).shape.length === 2 && node.input(1).constant?.every((position, i) => position === i);
  const areRows = tables.every((table) => table && sameAxes(table, { kind: 'tokens', axes: [0] }));
  return isInOrder && areRows && node.input(2).shape[0] === batch * length ? x : null;
}; // prettier-ignore

const matMul: AxesRule = ({ node, output, at: [a, b] }) => {
  const rank = output.shape.length;
  const left = a ? moved(a, shiftTo(rank, node.input(0))) : null;
  const right = b ? moved(b, shiftTo(rank, node.input(1))) : null;
  const [row, column] = [rank - 2, rank - 1];
  if (left && right) return right.kind === 'tokens' ? attentionOf(left, right.axes, [row, column]) : null;
  const only = left ?? right;
  // The axis that is summed over is the last of the left, and the last but one of the right.
  if (only?.kind !== 'tokens' || only.axes.includes(left ? column : row)) return null;
  const outer: TokenAxes = { kind: 'tokens', axes: only.axes.filter((axis) => axis < row) };
  return isIndifferent(node.input(left ? 1 : 0), outer, rank) ? only : null;
};

/** Scores of queries [.., T, d] with keys [.., d, T], or weights [.., T, T] times values [.., T, d]. */
function attentionOf(
  left: TokenAxes,
  right: readonly number[],
  [row, column]: readonly [number, number],
): TokenAxes | null {
  const [batch, token] = [right.slice(0, -1), right.at(-1)];
  const isBatch = (axes: readonly number[]) => axes.length === batch.length && axes[0] === batch[0];
  if (left.kind === 'tokens') {
    const isScores = left.axes.at(-1) === row && token === column && isBatch(left.axes.slice(0, -1));
    return isScores ? { kind: 'pairs', batch, query: row, key: column, isMasked: false } : null;
  }
  const { query, key, isMasked } = left;
  const isMixture = isMasked && query === row && key === column && token === row && isBatch(left.batch);
  return isMixture ? { kind: 'tokens', axes: [...batch, row] } : null;
}

/** Ops that are not here are taken to let tokens reach each other. */
export const axesRules: Partial<Record<PrimitiveOp, AxesRule>> = {
  Add: elementwise, Sub: elementwise, Mul: elementwise, Div: elementwise, Pow: elementwise, Max: elementwise,
  Min: elementwise, Neg: elementwise, Abs: elementwise, Floor: elementwise, Sqrt: elementwise, Reciprocal: elementwise,
  Exp: elementwise, Log: elementwise, Sin: elementwise, Cos: elementwise, Tanh: elementwise, Sigmoid: elementwise,
  Erf: elementwise, Relu: elementwise, Where: elementwise, Cast: elementwise, Equal: elementwise, Less: elementwise,
  LessOrEqual: elementwise, Greater: elementwise, GreaterOrEqual: elementwise, And: elementwise, Or: elementwise,
  Not: elementwise,
  MatMul: matMul,
  MatMulNBits: ofLast,
  SimplifiedLayerNormalization: ofLast,
  Softmax: softmax,
  ReduceSum: reduction,
  ReduceSumSquare: reduction,
  ReduceMean: reduction,
  ReduceMax: reduction,
  Reshape: reshape,
  Transpose: transpose,
  Expand: expand,
  Concat: concat,
  Slice: slice,
  Gather: gather,
  GatherBlockQuantized: gatherQuantized,
  RotaryEmbedding: rotary,
}; // prettier-ignore
