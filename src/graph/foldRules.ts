import { broadcastStrides, offsetsOf } from './broadcast.ts';
import { sizeOf, type Constant, type Node, type Shape, type Value } from './graph.ts';
import type { ElementType } from './model.ts';
import type { PrimitiveOp } from './primitives.ts';
import { normalizeAxis, permutation, reduceAxes, slicePlan, type TensorType } from './shapeRules.ts';

/** Computes a node whose inputs are all constant; `output` is what the shape rule inferred. */
export type FoldRule = (node: Node, output: TensorType) => Constant;

const contents = (value: Value): Constant => {
  if (!value.constant) throw new Error(`${value.name} is not constant`);
  return value.constant;
};

const isFloat = (type: ElementType) => type.startsWith('float') || type === 'bfloat16';

const elementwise =
  (compute: (...operands: number[]) => number): FoldRule =>
  (node, { shape }) => {
    const operands = (node.inputs as readonly Value[]).map((value) => ({
      data: contents(value),
      offsets: offsetsOf(shape, broadcastStrides(value.shape, shape)),
    }));
    return Float64Array.from({ length: sizeOf(shape) }, (_, i) =>
      compute(...operands.map(({ data, offsets }) => data[offsets[i]!]!)),
    );
  };

const divide: FoldRule = (node, output) =>
  elementwise(isFloat(output.elementType) ? (a, b) => a / b : (a, b) => Math.trunc(a / b))(node, output);

const cast: FoldRule = (node, { elementType }) => {
  if (elementType === 'bool') return contents(node.input(0)).map((x) => (x ? 1 : 0));
  return isFloat(elementType) ? contents(node.input(0)) : contents(node.input(0)).map(Math.trunc);
};

const reduce =
  (
    start: number,
    combine: (sum: number, x: number) => number,
    finish = (sum: number, _count: number) => sum,
  ): FoldRule =>
  (node) => {
    const { shape } = node.input(0);
    const axes = new Set(reduceAxes(node));
    const kept: Shape = shape.map((dim, i) => (axes.has(i) ? 1 : dim));
    const result = new Float64Array(sizeOf(kept)).fill(start);
    const targets = offsetsOf(shape, broadcastStrides(kept, shape));
    contents(node.input(0)).forEach((x, i) => (result[targets[i]!] = combine(result[targets[i]!]!, x)));
    return result.map((sum) => finish(sum, sizeOf(shape) / result.length));
  };

/** Copies elements of the input to where `strides` and `start` say they come from. */
const rearrange = (node: Node, shape: Shape, strides: readonly number[], start = 0): Constant => {
  const data = contents(node.input(0));
  return Float64Array.from(offsetsOf(shape, strides, start), (offset) => data[offset]!);
};

const strided = (shape: Shape) => shape.map((_, i) => sizeOf(shape.slice(i + 1)));

const transpose: FoldRule = (node, { shape }) => {
  const strides = strided(node.input(0).shape);
  return rearrange(
    node,
    shape,
    permutation(node).map((axis) => strides[axis]!),
  );
};

const slice: FoldRule = (node, { shape }) => {
  const strides = strided(node.input(0).shape);
  const plan = slicePlan(node);
  const start = plan.starts.reduce((sum, at, i) => sum + at * strides[i]!, 0);
  return rearrange(
    node,
    shape,
    strides.map((stride, i) => stride * plan.steps[i]!),
    start,
  );
};

const concat: FoldRule = (node, { shape }) => {
  const axis = normalizeAxis(node.int('axis', 0), shape.length);
  const blocks = (node.inputs as readonly Value[]).map((v) => ({
    data: contents(v),
    size: sizeOf(v.shape.slice(axis)),
  }));
  const result = new Float64Array(sizeOf(shape));
  let at = 0;
  for (let outer = 0; outer < sizeOf(shape.slice(0, axis)); outer++) {
    for (const { data, size } of blocks) {
      result.set(data.subarray(outer * size, (outer + 1) * size), at);
      at += size;
    }
  }
  return result;
};

const gather: FoldRule = (node, { shape }) => {
  const [data, indices] = [node.input(0), node.input(1)];
  const axis = normalizeAxis(node.int('axis', 0), data.shape.length);
  const dim = data.shape[axis]!;
  const block = sizeOf(data.shape.slice(axis + 1));
  const result = new Float64Array(sizeOf(shape));
  let at = 0;
  for (let outer = 0; outer < sizeOf(data.shape.slice(0, axis)); outer++) {
    for (const index of contents(indices)) {
      if (!(index >= -dim && index < dim)) throw new Error(`index ${index} is outside a dimension of ${dim}`);
      const from = (outer * dim + (index < 0 ? index + dim : index)) * block;
      result.set(contents(data).subarray(from, from + block), at);
      at += block;
    }
  }
  return result;
};

/** How constants fold; `null` for ops that only ever run on weights and activations. */
export const foldRules: Record<PrimitiveOp, FoldRule | null> = {
  Add: elementwise((a, b) => a! + b!),
  Sub: elementwise((a, b) => a! - b!),
  Mul: elementwise((a, b) => a! * b!),
  Div: divide,
  Pow: elementwise((a, b) => a! ** b!),
  Max: elementwise(Math.max),
  Min: elementwise(Math.min),
  Neg: elementwise((x) => -x!),
  Abs: elementwise(Math.abs),
  Floor: elementwise(Math.floor),
  Sqrt: elementwise(Math.sqrt),
  Reciprocal: elementwise((x) => 1 / x!),
  Exp: elementwise(Math.exp),
  Log: elementwise(Math.log),
  Sin: elementwise(Math.sin),
  Cos: elementwise(Math.cos),
  Tanh: elementwise(Math.tanh),
  Sigmoid: elementwise((x) => 1 / (1 + Math.exp(-x!))),
  Erf: null,
  Relu: elementwise((x) => Math.max(0, x!)),
  Equal: elementwise((a, b) => Number(a! === b!)),
  Less: elementwise((a, b) => Number(a! < b!)),
  LessOrEqual: elementwise((a, b) => Number(a! <= b!)),
  Greater: elementwise((a, b) => Number(a! > b!)),
  GreaterOrEqual: elementwise((a, b) => Number(a! >= b!)),
  And: elementwise((a, b) => Number(a! && b!)),
  Or: elementwise((a, b) => Number(a! || b!)),
  Not: elementwise((x) => Number(!x!)),
  Where: elementwise((condition, a, b) => (condition! ? a! : b!)),
  Cast: cast,
  MatMul: null,
  Gemm: null,
  ReduceSumSquare: null,
  SimplifiedLayerNormalization: null,
  Softmax: null,
  ReduceSum: reduce(0, (sum, x) => sum + x),
  ReduceMean: reduce(
    0,
    (sum, x) => sum + x,
    (sum, count) => sum / count,
  ),
  ReduceMax: reduce(-Infinity, Math.max),
  Reshape: (node) => contents(node.input(0)),
  Transpose: transpose,
  Expand: (node, { shape }) => rearrange(node, shape, broadcastStrides(node.input(0).shape, shape)),
  Concat: concat,
  Slice: slice,
  Gather: gather,
  Pad: null,
  DequantizeLinear: null,
  MatMulNBits: null,
  GatherBlockQuantized: null,
  RotaryEmbedding: null,
};
