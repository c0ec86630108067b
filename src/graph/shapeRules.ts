import { broadcastShapes } from './broadcast.ts';
import { formatShape, sameShape, sizeOf, type Node, type Shape, type Value } from './graph.ts';
import type { ElementType } from './model.ts';
import type { PrimitiveOp } from './primitives.ts';

export interface TensorType {
  readonly elementType: ElementType;
  readonly shape: Shape;
}

/** Infers a node's output type from its inputs and attributes; throws a fragment naming the actual shapes. */
export type ShapeRule = (node: Node) => TensorType;

/** The integers of an input that must be known while the graph is built. */
export function constantInts(node: Node, index: number): number[] {
  const value = node.input(index);
  if (!value.constant) throw new Error(`input ${index} (${value.name}) must be constant`);
  return Array.from(value.constant);
}

/** A possibly negative axis as 0…rank−1. */
export function normalizeAxis(axis: number, rank: number): number {
  const normalized = axis < 0 ? axis + rank : axis;
  if (!(normalized >= 0 && normalized < rank)) throw new Error(`axis ${axis} is outside rank ${rank}`);
  return normalized;
}

/** The axes of a Reduce node, normalized; all axes when none are given. */
export function reduceAxes(node: Node): number[] {
  const rank = node.input(0).shape.length;
  if (!node.inputs[1]) return Array.from({ length: rank }, (_, i) => i);
  return constantInts(node, 1).map((axis) => normalizeAxis(axis, rank));
}

export interface SlicePlan {
  readonly starts: number[];
  readonly steps: number[];
  readonly shape: number[];
}

/** Start, step and length per axis of a Slice node, clamped as ONNX says. */
export function slicePlan(node: Node): SlicePlan {
  const input = node.input(0).shape;
  const [starts, ends] = [constantInts(node, 1), constantInts(node, 2)];
  const axes = node.inputs[3] ? constantInts(node, 3) : starts.map((_, i) => i);
  const steps = node.inputs[4] ? constantInts(node, 4) : starts.map(() => 1);
  const plan = { starts: input.map(() => 0), steps: input.map(() => 1), shape: [...input] };
  axes.forEach((rawAxis, i) => {
    const axis = normalizeAxis(rawAxis, input.length);
    const dim = input[axis]!;
    const step = steps[i]!;
    const clamp = (at: number, low: number, high: number) =>
      Math.min(Math.max(at < 0 ? at + dim : at, low), high);
    const start = step > 0 ? clamp(starts[i]!, 0, dim) : clamp(starts[i]!, 0, dim - 1);
    const end = step > 0 ? clamp(ends[i]!, 0, dim) : clamp(ends[i]!, -1, dim - 1);
    plan.starts[axis] = start;
    plan.steps[axis] = step;
    plan.shape[axis] = Math.max(0, Math.ceil((end - start) / step));
  });
  return plan;
}

const sameAsFirst: ShapeRule = (node) => ({
  elementType: node.input(0).elementType,
  shape: node.input(0).shape,
});

/** Operands that an op takes in one element type only. */
function checkSameType(first: Value, ...others: readonly Value[]): void {
  const odd = others.find(({ elementType }) => elementType !== first.elementType);
  if (odd) throw new Error(`mixes ${first.elementType} and ${odd.elementType}`);
}

const broadcast: ShapeRule = (node) => {
  const [a, b] = [node.input(0), node.input(1)];
  checkSameType(a, b);
  return { elementType: a.elementType, shape: broadcastShapes(a.shape, b.shape) };
};

const compare: ShapeRule = (node) => ({ ...broadcast(node), elementType: 'bool' });

const reduce: ShapeRule = (node) => {
  const { shape, elementType } = node.input(0);
  const axes = new Set(reduceAxes(node));
  if (node.int('keepdims', 1) === 1)
    return { elementType, shape: shape.map((dim, i) => (axes.has(i) ? 1 : dim)) };
  return { elementType, shape: shape.filter((_, i) => !axes.has(i)) };
};

const matMul: ShapeRule = (node) => {
  const [a, b] = [node.input(0), node.input(1)];
  if (a.shape.length < 2 || b.shape.length < 2 || a.shape.at(-1) !== b.shape.at(-2)) {
    throw new Error(`cannot multiply ${formatShape(a.shape)} by ${formatShape(b.shape)}`);
  }
  checkSameType(a, b);
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return { elementType: a.elementType, shape: [...batch, a.shape.at(-2)!, b.shape.at(-1)!] };
};

/** alpha·op(a)·op(b) + c with matrices a and b, where op transposes or does not. */
const gemm: ShapeRule = (node) => {
  const [a, b, c] = [node.input(0), node.input(1), node.inputs[2] ?? null];
  const [rows, inner] = node.int('transA', 0) === 1 ? a.shape.toReversed() : a.shape;
  const [innerB, columns] = node.int('transB', 0) === 1 ? b.shape.toReversed() : b.shape;
  if (a.shape.length !== 2 || b.shape.length !== 2 || inner !== innerB)
    throw new Error(`cannot multiply ${formatShape(a.shape)} by ${formatShape(b.shape)}`);
  const shape = [rows!, columns!];
  if (c && !sameShape(broadcastShapes(shape, c.shape), shape))
    throw new Error(`cannot add ${formatShape(c.shape)} to ${formatShape(shape)}`);
  checkSameType(a, b, ...(c ? [c] : []));
  return { elementType: a.elementType, shape };
};

const reshape: ShapeRule = (node) => {
  const { shape, elementType } = node.input(0);
  const wanted = constantInts(node, 1).map((dim, i) =>
    dim === 0 && node.int('allowzero', 0) === 0 ? shape[i]! : dim,
  );
  const known = sizeOf(wanted.filter((dim) => dim !== -1));
  const result = wanted.map((dim) => (dim === -1 ? sizeOf(shape) / known : dim));
  if (sizeOf(result) !== sizeOf(shape)) {
    throw new Error(`cannot reshape ${formatShape(shape)} to ${formatShape(wanted)}`);
  }
  return { elementType, shape: result };
};

const transpose: ShapeRule = (node) => {
  const { shape, elementType } = node.input(0);
  return { elementType, shape: permutation(node).map((axis) => shape[axis]!) };
};

/** The permutation of a Transpose node; reversal when the attribute is absent. */
export function permutation(node: Node): readonly number[] {
  const perm = node.attributes['perm'];
  const reversed = node.input(0).shape.map((_, i, all) => all.length - 1 - i);
  if (perm?.type !== 'ints') return reversed;
  if (perm.value.length === reversed.length && reversed.every((axis) => perm.value.includes(axis)))
    return perm.value;
  throw new Error(`cannot permute ${formatShape(node.input(0).shape)} by [${perm.value.join(', ')}]`);
}

const concat: ShapeRule = (node) => {
  const values = node.inputs as readonly Value[];
  const first = node.input(0);
  const axis = normalizeAxis(node.int('axis', 0), first.shape.length);
  for (const value of values) {
    const fits = value.shape.length === first.shape.length;
    if (!fits || value.shape.some((dim, i) => i !== axis && dim !== first.shape[i])) {
      throw new Error(
        `cannot concatenate ${formatShape(first.shape)} and ${formatShape(value.shape)} on axis ${axis}`,
      );
    }
  }
  checkSameType(first, ...values);
  const total = values.reduce((sum, value) => sum + value.shape[axis]!, 0);
  return { elementType: first.elementType, shape: first.shape.map((dim, i) => (i === axis ? total : dim)) };
};

const gather: ShapeRule = (node) => {
  const [data, indices] = [node.input(0), node.input(1)];
  const axis = normalizeAxis(node.int('axis', 0), data.shape.length);
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
  return { elementType: data.elementType, shape };
};

const pad: ShapeRule = (node) => {
  const { shape, elementType } = node.input(0);
  const pads = constantInts(node, 1);
  return { elementType, shape: shape.map((dim, i) => dim + pads[i]! + pads[i + shape.length]!) };
};

const matMulNBits: ShapeRule = (node) => {
  const [rows, width] = [node.int('N', 0), node.int('K', 0)];
  const { shape, elementType } = node.input(0);
  if (shape.at(-1) !== width) throw new Error(`takes width ${width}, is given ${formatShape(shape)}`);
  checkSameType(node.input(0), node.input(2));
  return { elementType, shape: [...shape.slice(0, -1), rows] };
};

const gatherBlockQuantized: ShapeRule = (node) => {
  const [data, indices, scales] = [node.input(0), node.input(1), node.input(2)];
  if (data.shape.length !== 2) throw new Error(`supports matrices only, is given ${formatShape(data.shape)}`);
  const packed = data.elementType === 'uint8' ? 8 / node.int('bits', 4) : 1;
  return { elementType: scales.elementType, shape: [...indices.shape, data.shape[1]! * packed] };
};

const castTypes: Readonly<Record<number, ElementType>> = {
  1: 'float32', 2: 'uint8', 3: 'int8', 5: 'int16', 6: 'int32', 7: 'int64', 9: 'bool', 10: 'float16', 11: 'float64',
  12: 'uint32', 16: 'bfloat16',
}; // prettier-ignore

const cast: ShapeRule = (node) => {
  const elementType = castTypes[node.int('to', 0)];
  if (!elementType) throw new Error(`casts to the unsupported data type ${node.int('to', 0)}`);
  return { elementType, shape: node.input(0).shape };
};

const where: ShapeRule = (node) => {
  const [condition, a, b] = [node.input(0), node.input(1), node.input(2)];
  checkSameType(a, b);
  const shape = broadcastShapes(broadcastShapes(condition.shape, a.shape), b.shape);
  return { elementType: a.elementType, shape };
};

const rotaryEmbedding: ShapeRule = (node) => {
  checkSameType(node.input(0), node.input(2), node.input(3));
  return sameAsFirst(node);
};

/** How each primitive's output type follows from its inputs. */
export const shapeRules: Record<PrimitiveOp, ShapeRule> = {
  Add: broadcast,
  Sub: broadcast,
  Mul: broadcast,
  Div: broadcast,
  Pow: broadcast,
  Max: broadcast,
  Min: broadcast,
  Neg: sameAsFirst,
  Abs: sameAsFirst,
  Floor: sameAsFirst,
  Sqrt: sameAsFirst,
  Reciprocal: sameAsFirst,
  Exp: sameAsFirst,
  Log: sameAsFirst,
  Sin: sameAsFirst,
  Cos: sameAsFirst,
  Tanh: sameAsFirst,
  Sigmoid: sameAsFirst,
  Erf: sameAsFirst,
  Relu: sameAsFirst,
  Equal: compare,
  Less: compare,
  LessOrEqual: compare,
  Greater: compare,
  GreaterOrEqual: compare,
  And: compare,
  Or: compare,
  Not: sameAsFirst,
  Where: where,
  Cast: cast,
  MatMul: matMul,
  Gemm: gemm,
  Softmax: sameAsFirst,
  SimplifiedLayerNormalization: sameAsFirst,
  ReduceSum: reduce,
  ReduceSumSquare: reduce,
  ReduceMean: reduce,
  ReduceMax: reduce,
  Reshape: reshape,
  Transpose: transpose,
  Expand: (node) => ({
    elementType: node.input(0).elementType,
    shape: broadcastShapes(node.input(0).shape, constantInts(node, 1)),
  }),
  Concat: concat,
  Slice: (node) => ({ elementType: node.input(0).elementType, shape: slicePlan(node).shape }),
  Gather: gather,
  Pad: pad,
  DequantizeLinear: (node) => ({ elementType: node.input(1).elementType, shape: node.input(0).shape }),
  MatMulNBits: matMulNBits,
  GatherBlockQuantized: gatherBlockQuantized,
  RotaryEmbedding: rotaryEmbedding,
};
