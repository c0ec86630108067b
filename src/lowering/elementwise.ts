import type { PrimitiveOp } from '../graph/primitives.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { ElementType } from '../graph/model.ts';
import { floatAttribute, intAttribute } from './attributes.ts';
import { required, type Lowering, type LoweringContext } from './lowering.ts';
import { rowBias } from './packing.ts';
import { liftedType } from './readConstant.ts';

/** An op that is a primitive already: same inputs, same attributes. */
export const passThrough =
  (op: PrimitiveOp): Lowering =>
  (g, inputs, node) => [g.op(op, inputs, node.attributes)];

/** Max, Min and Sum take any number of inputs; the primitives take two. */
export const variadic =
  (op: PrimitiveOp): Lowering =>
  (g, inputs) => [inputs.slice(1).reduce<Value>((result, _, i) => g.op(op, [result, required(inputs, i + 1)]), required(inputs, 0))]; // prettier-ignore

/** A power; small whole exponents become products, whose gradients are cheaper and defined everywhere. */
export const pow: Lowering = (g, inputs) => {
  const [x, exponent] = [required(inputs, 0), required(inputs, 1)];
  const constant = exponent.constant?.length === 1 ? exponent.constant[0] : null;
  if (constant === 2) return [g.mul(x, x)];
  if (constant === 3) return [g.mul(g.mul(x, x), x)];
  if (constant === 0.5) return [g.sqrt(x)];
  return [g.op('Pow', [x, g.cast(exponent, x.elementType)])];
};

/** Bounds are inputs since opset 11, attributes before. */
export const clip: Lowering = (g, inputs, node) => {
  const x = required(inputs, 0);
  const bound = (index: number, name: string, none: number): Value | null => {
    if (inputs[index]) return inputs[index];
    const value = floatAttribute(node, name, none);
    return value === none ? null : g.scalar(value, x.elementType);
  };
  const [low, high] = [bound(1, 'min', -Infinity), bound(2, 'max', Infinity)];
  const floored = low ? g.op('Max', [x, low]) : x;
  return [high ? g.op('Min', [floored, high]) : floored];
};

/** A selection whose condition is known to be all true or all false is no selection. */
export const where: Lowering = (g, inputs) => {
  const [condition, a, b] = [required(inputs, 0), required(inputs, 1), required(inputs, 2)];
  const selected = g.where(condition, a, b);
  if (condition.constant?.every((x) => x === 0)) return [g.expand(b, selected.shape)];
  if (condition.constant?.every((x) => x === 1)) return [g.expand(a, selected.shape)];
  return [selected];
};

/**
 * Attention exports guard a softmax over a fully masked row. Sequences here start at position 0 and are padded on the
 * right, so every row sees a token and nothing is NaN.
 */
export const isNaN: Lowering = (g, inputs) => {
  const { shape } = required(inputs, 0);
  return [g.constant('bool', shape.map(() => 1), [0])]; // prettier-ignore
};

/** ONNX TensorProto.DataType numbers that decoders cast to. */
const elementTypes: Readonly<Record<number, ElementType>> = {
  1: 'float32', 2: 'uint8', 3: 'int8', 6: 'int32', 7: 'int64', 9: 'bool', 10: 'float16', 11: 'float64', 16: 'bfloat16',
}; // prettier-ignore

/** A cast; every floating-point type becomes float32, so casts between them vanish. */
export const cast: Lowering = (g, inputs, node) => {
  const to = elementTypes[intAttribute(node, 'to', 0)];
  if (!to) throw new Error(`casting to data type ${intAttribute(node, 'to', 0)} is not supported`);
  return [g.cast(required(inputs, 0), liftedType(to))];
};

/** Inputs x, and a value whose type x is cast to. */
export const castLike: Lowering = (g, inputs) => [
  g.cast(required(inputs, 0), required(inputs, 1).elementType),
];

/** Softmax over one axis. Before opset 13 the op flattened its input from the axis on, the same for the last axis only. */
export const softmax: Lowering = (g, inputs, node, context) => {
  const { opset } = context;
  const x = withinRows(g, required(inputs, 0), context);
  const axis = intAttribute(node, 'axis', opset < 13 ? 1 : -1);
  const isLast = axis === -1 || axis === x.shape.length - 1;
  if (opset < 13 && !isLast) throw new Error(`Softmax of opset ${opset} is supported on the last axis only`);
  return [g.softmax(x, isLast ? -1 : axis)];
};

/** Where rows share lines: what looks like the scores [B, heads, T, T] of an attention, without those between two rows. */
function withinRows(g: GraphBuilder, x: Value, { packing, shared }: LoweringContext): Value {
  const length = packing?.segments.shape[1];
  const isScores = x.shape.length === 4 && x.shape[2] === length && x.shape[3] === length;
  if (!packing || !isScores) return x;
  const masked = g.add(x, shared('rows ', () => rowBias(g, packing, g.scalar(0)))); // prettier-ignore
  packing.masked.add(masked);
  return masked;
}

/** `alpha·A·B + beta·C` with optional transposes. */
export const gemm: Lowering = (g, inputs, node) => {
  const [a, b] = [required(inputs, 0), required(inputs, 1)];
  const left = intAttribute(node, 'transA', 0) === 1 ? g.swapLast(a) : a;
  const right = intAttribute(node, 'transB', 0) === 1 ? g.swapLast(b) : b;
  const product = g.scale(g.matMul(left, right), floatAttribute(node, 'alpha', 1));
  return [inputs[2] ? g.add(product, g.scale(inputs[2], floatAttribute(node, 'beta', 1))) : product];
};

/** The first input unchanged (Identity, and Dropout outside its own training mode). */
export const identity: Lowering = (_: GraphBuilder, inputs) => [required(inputs, 0), null];
