import type { GraphBuilder } from '../graph/builder.ts';
import type { Node, Value } from '../graph/graph.ts';
import type { PrimitiveOp } from '../graph/primitives.ts';
import { normalizeAxis, permutation, reduceAxes, slicePlan } from '../graph/shapeRules.ts';
import { dequantize } from './dequantize.ts';

/**
 * Pulls `dy`, the gradient of the node's output `y`, back to the input at `index`. The result may have any shape that
 * the input broadcasts to: the walk sums it back.
 */
export type Pullback = (g: GraphBuilder, dy: Value, node: Node, y: Value, index: number) => Value;

/** For inputs that training must never reach; says so instead of dropping a gradient. */
const frozen: Pullback = (_g, _dy, node, _y, index) => {
  const name = node.input(index).name;
  throw new Error(
    `${node.op} node ${node.name}: input ${index} (${name}) has no gradient; only frozen weights may be there.`,
  );
};

const through: Pullback = (_g, dy) => dy;

const mask = (g: GraphBuilder, condition: Value, dy: Value) => g.where(condition, dy, g.scalar(0));

const extremum = (wins: 'GreaterOrEqual' | 'LessOrEqual'): readonly Pullback[] => [
  (g, dy, n) => mask(g, g.op(wins, [n.input(0), n.input(1)]), dy),
  (g, dy, n) => mask(g, g.op('Not', [g.op(wins, [n.input(0), n.input(1)])]), dy),
];

/** Gives a reduced `dy` back its reduced axes with length 1. */
const keepDims = (g: GraphBuilder, dy: Value, node: Node): Value => {
  const axes = new Set(reduceAxes(node));
  return g.reshape(dy, node.input(0).shape.map((dim, i) => (axes.has(i) ? 1 : dim))); // prettier-ignore
};

const reducedSize = (node: Node) =>
  reduceAxes(node).reduce((size, axis) => size * node.input(0).shape[axis]!, 1);

// y = xᵖ  →  dx = p·xᵖ⁻¹·dy
const pow: Pullback = (g, dy, n) => {
  const exponent = n.input(1).constant;
  if (exponent?.length !== 1)
    throw new Error(`Pow node ${n.name}: only constant scalar exponents have a gradient.`);
  const p = exponent[0]!;
  const power = p === 2 ? n.input(0) : g.pow(n.input(0), p - 1);
  return g.mul(dy, g.scale(power, p));
};

// y = softmax(x)  →  dx = y·(dy − Σ y·dy)
const softmax: Pullback = (g, dy, n, y) => {
  const axis = normalizeAxis(n.int('axis', -1), y.shape.length);
  return g.mul(y, g.sub(dy, g.reduceSum(g.mul(dy, y), [axis])));
};

/** √(mean x² + ε) over the last axis, which RMSNorm divides by. */
function rootMeanSquare(g: GraphBuilder, n: Node): Value {
  const x = n.input(0);
  const mean = g.scale(g.op('ReduceSumSquare', [x, g.ints([-1])]), 1 / x.shape.at(-1)!);
  return g.sqrt(g.shift(mean, n.int('epsilon', 1e-5)));
}

// y = x/s·w, s = √(mean x² + ε)  →  dx = dy·w/s − x·mean(dy·y)/s²
const rmsNorm: Pullback = (g, dy, n, y) => {
  const s = rootMeanSquare(g, n);
  const along = g.div(g.reduceMean(g.mul(dy, y), [-1]), g.mul(s, s));
  return g.sub(g.div(g.mul(dy, n.input(1)), s), g.mul(n.input(0), along));
};

// A slice's gradient is the slice put back among zeros.
const slice: Pullback = (g, dy, n) => {
  const plan = slicePlan(n);
  if (plan.steps.some((step) => step !== 1))
    throw new Error(`Slice node ${n.name}: only step 1 has a gradient.`);
  const after = n.input(0).shape.map((dim, i) => dim - plan.starts[i]! - plan.shape[i]!);
  return g.pad(dy, plan.starts, after);
};

const pad: Pullback = (g, dy, n) => {
  const { shape } = n.input(0);
  const before = n.input(1).constant!;
  return shape.reduce((dx, dim, axis) => g.slice(dx, axis, before[axis]!, before[axis]! + dim), dy);
};

const concat: Pullback = (g, dy, n, y, index) => {
  const axis = normalizeAxis(n.int('axis', 0), y.shape.length);
  const start = n.inputs.slice(0, index).reduce((sum, input) => sum + input!.shape[axis]!, 0);
  return g.slice(dy, axis, start, start + n.input(index).shape[axis]!);
};

// Rows that were read several times collect every reader's gradient: a product with the one-hot matrix of the indices.
const gather: Pullback = (g, dy, n) => {
  const [table, indices] = [n.input(0), n.input(1)];
  if (normalizeAxis(n.int('axis', 0), table.shape.length) !== 0) {
    throw new Error(`Gather node ${n.name}: only axis 0 has a gradient.`);
  }
  const rows = table.shape[0]!;
  const count = indices.shape.reduce((product, dim) => product * dim, 1);
  const every = g.constant(
    indices.elementType,
    [rows, 1],
    Float64Array.from({ length: rows }, (_, i) => i),
  );
  const oneHot = g.cast(g.equal(every, g.reshape(indices, [1, count])), dy.elementType);
  const flat = g.matMul(
    oneHot,
    g.reshape(dy, [count, dy.shape.slice(indices.shape.length).reduce((a, b) => a * b, 1)]),
  );
  return g.reshape(flat, table.shape);
};

// Rotation is orthogonal: its gradient turns back, by the same op with the sine negated.
const rotary: Pullback = (g, dy, n) =>
  g.op('RotaryEmbedding', [dy, n.input(1), n.input(2), g.neg(n.input(3))], n.attributes);

const gemmSettings = (n: Node) => ({
  alpha: n.int('alpha', 1),
  transA: n.int('transA', 0) === 1,
  transB: n.int('transB', 0) === 1,
});

// y = α·a·b + c  →  da = α·dy·bᵀ, and (α·dy·bᵀ)ᵀ = α·b·dyᵀ where y is made of aᵀ
const gemmLeft: Pullback = (g, dy, n) => {
  const { alpha, transA, transB } = gemmSettings(n);
  const b = n.input(1);
  return transA
    ? g.gemm(b, dy, { alpha, transA: transB, transB: true })
    : g.gemm(dy, b, { alpha, transB: !transB });
};

// y = α·a·b + c  →  db = α·aᵀ·dy, and (α·aᵀ·dy)ᵀ = α·dyᵀ·a where y is made of bᵀ
const gemmRight: Pullback = (g, dy, n) => {
  const { alpha, transA, transB } = gemmSettings(n);
  const a = n.input(0);
  return transB
    ? g.gemm(dy, a, { alpha, transA: true, transB: transA })
    : g.gemm(a, dy, { alpha, transA: !transA });
};

/** One pullback per input (the last one serves all further inputs); `null` marks an input that carries no gradient. */
export const gradientRules: Record<PrimitiveOp, readonly (Pullback | null)[]> = {
  Add: [through, through],
  Sub: [through, (g, dy) => g.neg(dy)],
  Mul: [(g, dy, n) => g.mul(dy, n.input(1)), (g, dy, n) => g.mul(dy, n.input(0))],
  Div: [(g, dy, n) => g.div(dy, n.input(1)), (g, dy, n, y) => g.neg(g.div(g.mul(dy, y), n.input(1)))],
  Pow: [pow, null],
  Max: extremum('GreaterOrEqual'),
  Min: extremum('LessOrEqual'),
  Neg: [(g, dy) => g.neg(dy)],
  Abs: [(g, dy, n) => g.where(g.op('Less', [n.input(0), g.scalar(0)]), g.neg(dy), dy)],
  Floor: [null],
  Sqrt: [(g, dy, _n, y) => g.div(g.scale(dy, 0.5), y)],
  Reciprocal: [(g, dy, _n, y) => g.neg(g.mul(dy, g.mul(y, y)))],
  Exp: [(g, dy, _n, y) => g.mul(dy, y)],
  Log: [(g, dy, n) => g.div(dy, n.input(0))],
  Sin: [(g, dy, n) => g.mul(dy, g.op('Cos', [n.input(0)]))],
  Cos: [(g, dy, n) => g.neg(g.mul(dy, g.op('Sin', [n.input(0)])))],
  Tanh: [(g, dy, _n, y) => g.mul(dy, g.sub(g.scalar(1), g.mul(y, y)))],
  Sigmoid: [(g, dy, _n, y) => g.mul(dy, g.mul(y, g.sub(g.scalar(1), y)))],
  // y = erf(x)  →  dx = 2/√π · e^(−x²) · dy
  Erf: [
    (g, dy, n) => g.mul(dy, g.scale(g.exp(g.neg(g.mul(n.input(0), n.input(0)))), 2 / Math.sqrt(Math.PI))),
  ],
  Relu: [(g, dy, n) => mask(g, g.op('Greater', [n.input(0), g.scalar(0)]), dy)],
  Equal: [null],
  Less: [null],
  LessOrEqual: [null],
  Greater: [null],
  GreaterOrEqual: [null],
  And: [null],
  Or: [null],
  Not: [null],
  Where: [null, (g, dy, n) => mask(g, n.input(0), dy), (g, dy, n) => g.where(n.input(0), g.scalar(0), dy)],
  Cast: [(g, dy, n) => g.cast(dy, n.input(0).elementType)],
  // y = a·b  →  da = dy·bᵀ, db = aᵀ·dy
  MatMul: [
    (g, dy, n) => g.matMul(dy, g.swapLast(n.input(1))),
    (g, dy, n) => weightGradient(g, n.input(0), dy, n.input(1)),
  ],
  Gemm: [gemmLeft, gemmRight, through],
  Softmax: [softmax],
  SimplifiedLayerNormalization: [rmsNorm, (g, dy, n) => g.div(g.mul(dy, n.input(0)), rootMeanSquare(g, n))],
  ReduceSum: [(g, dy, n) => g.expand(keepDims(g, dy, n), n.input(0).shape), null],
  ReduceSumSquare: [(g, dy, n) => g.mul(g.scale(keepDims(g, dy, n), 2), n.input(0)), null],
  ReduceMean: [
    (g, dy, n) => g.expand(g.scale(keepDims(g, dy, n), 1 / reducedSize(n)), n.input(0).shape),
    null,
  ],
  ReduceMax: [(g, dy, n, y) => mask(g, g.equal(n.input(0), keepDims(g, y, n)), keepDims(g, dy, n)), null],
  Reshape: [(g, dy, n) => g.reshape(dy, n.input(0).shape), null],
  Transpose: [(g, dy, n) => g.transpose(dy, inverse(permutation(n)))],
  Expand: [through, null],
  Concat: [concat],
  Slice: [slice, null],
  Gather: [gather, null],
  Pad: [pad, null],
  DequantizeLinear: [frozen],
  // y = x·Wᵀ with W [N, K] quantized  →  dx = dy·W
  MatMulNBits: [(g, dy, n) => g.matMul(dy, dequantize(g, n)), frozen],
  GatherBlockQuantized: [frozen, null, frozen],
  RotaryEmbedding: [rotary, null, frozen],
};

/** aᵀ·dy of every batch entry, as (dyᵀ·a)ᵀ where that transposes less: attention's weights are wider than its heads. */
function batchGradient(g: GraphBuilder, a: Value, dy: Value): Value {
  const [rows, inner] = a.shape.slice(-2) as [number, number];
  const columns = dy.shape.at(-1)!;
  const isWide = rows * inner > (rows + inner) * columns;
  return isWide ? g.swapLast(g.matMul(g.swapLast(dy), a)) : g.matMul(g.swapLast(a), dy);
}

/** aᵀ·dy; for a matrix shared by a whole batch in one product, instead of one per batch entry that are then summed. */
function weightGradient(g: GraphBuilder, a: Value, dy: Value, b: Value): Value {
  if (b.shape.length > 2) return batchGradient(g, a, dy);
  const flatten = (x: Value) =>
    g.reshape(x, [x.shape.slice(0, -1).reduce((p, d) => p * d, 1), x.shape.at(-1)!]);
  return g.matMul(g.swapLast(flatten(a)), flatten(dy));
}

function inverse(perm: readonly number[]): number[] {
  const result = new Array<number>(perm.length);
  perm.forEach((axis, i) => (result[axis] = i));
  return result;
}
