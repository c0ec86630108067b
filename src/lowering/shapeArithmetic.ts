import { broadcastShapes, broadcastStrides, offsetsOf } from '../graph/broadcast.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import { checkConstantShape } from '../graph/constantLimit.ts';
import { sizeOf, type Shape, type Value } from '../graph/graph.ts';
import { normalizeAxis } from '../graph/shapeRules.ts';
import {
  floatAttribute,
  graphAttribute,
  intAttribute,
  intsAttribute,
  tensorAttribute,
} from './attributes.ts';
import { liftInitializer } from './lifting.ts';
import { constantOf, required, type Lowering } from './lowering.ts';
import { readConstant } from './readConstant.ts';

// Ops that compute shapes, positions and masks. With batch size and length fixed all of this is known beforehand, so
// these rows only ever produce constants.

export const shape: Lowering = (g, inputs, node) => {
  const dims = required(inputs, 0).shape;
  return [g.ints(dims.slice(intAttribute(node, 'start', 0), intAttribute(node, 'end', dims.length)))];
};

export const size: Lowering = (g, inputs) => [g.scalar(sizeOf(required(inputs, 0).shape), 'int64')];

/** A tensor attribute, or one of the short forms `value_int`, `value_ints`, `value_float`. */
export const constant: Lowering = (g, _, node) => {
  const tensor = tensorAttribute(node, 'value');
  if (tensor) return [liftInitializer(g, { ...tensor, name: `${node.name}/value` })];
  const ints = intsAttribute(node, 'value_ints');
  if (ints) return [g.ints(ints)];
  if (node.attributes['value_int']) return [g.scalar(intAttribute(node, 'value_int', 0), 'int64')];
  if (node.attributes['value_float']) return [g.scalar(floatAttribute(node, 'value_float', 0))];
  throw new Error(
    `a constant given as ${Object.keys(node.attributes).join(', ') || 'nothing'} is not supported`,
  );
};

export const constantOfShape: Lowering = (g, inputs, node) => {
  const dims = Array.from(constantOf(inputs, 0));
  const tensor = tensorAttribute(node, 'value');
  const fill = tensor ? readConstant(g, tensor) : g.scalar(0);
  if (!fill?.constant) throw new Error('its value attribute cannot be read');
  checkConstantShape(dims);
  return [g.constant(fill.elementType, dims, new Float64Array(sizeOf(dims)).fill(fill.constant[0]!))];
};

export const range: Lowering = (g, inputs) => {
  const [start, limit, step] = [0, 1, 2].map((i) => constantOf(inputs, i)[0]!) as [number, number, number];
  const count = Math.max(0, Math.ceil((limit - start) / step));
  checkConstantShape([count]);
  const contents = Float64Array.from({ length: count }, (_, i) => start + i * step);
  return [g.constant(required(inputs, 0).elementType, [count], contents)];
};

/** An elementwise op of two operands that occurs in shape arithmetic only. */
export const foldedPair =
  (compute: (a: number, b: number) => number): Lowering =>
  (g, inputs) => {
    const [a, b] = [required(inputs, 0), required(inputs, 1)];
    const target = broadcastShapes(a.shape, b.shape);
    checkConstantShape(target);
    const [left, right] = [
      spread(constantOf(inputs, 0), a.shape, target),
      spread(constantOf(inputs, 1), b.shape, target),
    ];
    return [g.constant(a.elementType, target, left.map((x, i) => compute(x, right[i]!)))]; // prettier-ignore
  };

const spread = (contents: Float64Array, from: Shape, to: Shape): Float64Array =>
  Float64Array.from(offsetsOf(to, broadcastStrides(from, to)), (offset) => contents[offset]!);

/** Remainder with the sign of the divisor, as ONNX's Mod on integers. */
export const mod = foldedPair((a, b) => a - b * Math.floor(a / b));

/** Keeps the upper or lower triangle of the last two axes, shifted by k. */
export const trilu: Lowering = (g, inputs, node) => {
  const x = required(inputs, 0);
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const shift = inputs[1] ? constantOf(inputs, 1)[0]! : 0;
  const upper = intAttribute(node, 'upper', 1) === 1;
  const contents = constantOf(inputs, 0).map((value, i) => {
    const [row, column] = [Math.floor(i / columns) % rows, i % columns];
    const isKept = upper ? column - row >= shift : column - row <= shift;
    return isKept ? value : 0;
  });
  return [g.constant(x.elementType, x.shape, contents)];
};

/** Running sum along one axis (positions from an attention mask). */
export const cumSum: Lowering = (g, inputs, node) => {
  if (intAttribute(node, 'exclusive', 0) || intAttribute(node, 'reverse', 0)) {
    throw new Error('exclusive and reverse sums are not supported');
  }
  const x = required(inputs, 0);
  const axis = normalizeAxis(constantOf(inputs, 1)[0]!, x.shape.length);
  const stride = sizeOf(x.shape.slice(axis + 1));
  const sums = Float64Array.from(constantOf(inputs, 0));
  for (let i = 0; i < sums.length; i++) {
    const isFirst = Math.floor(i / stride) % x.shape[axis]! === 0;
    if (!isFirst) sums[i]! += sums[i - stride]!;
  }
  return [g.constant(x.elementType, x.shape, sums)];
};

/** Indices of non-zero elements, int64 [rank, count]. */
export const nonZero: Lowering = (g, inputs) => {
  const { shape: dims } = required(inputs, 0);
  const contents = constantOf(inputs, 0);
  const found = contents.map((_, i) => i).filter((i) => contents[i] !== 0);
  const rows = new Float64Array(dims.length * found.length);
  dims.forEach((dim, axis) => {
    const stride = sizeOf(dims.slice(axis + 1));
    rows.set(found.map((i) => Math.floor(i / stride) % dim), axis * found.length); // prettier-ignore
  });
  return [g.constant('int64', [dims.length, found.length], rows)];
};

/** Writes slices of `updates` into a copy of a constant tensor (exports patch their causal mask this way). */
export const scatterND: Lowering = (g, inputs) => {
  const [data, indices] = [required(inputs, 0), required(inputs, 1)];
  const depth = indices.shape.at(-1)!;
  const block = sizeOf(data.shape.slice(depth));
  const strides = data.shape.map((_, i) => sizeOf(data.shape.slice(i + 1)));
  const result = Float64Array.from(constantOf(inputs, 0));
  const [places, updates] = [constantOf(inputs, 1), constantOf(inputs, 2)];
  for (let row = 0; row < sizeOf(indices.shape.slice(0, -1)); row++) {
    let start = 0;
    for (let axis = 0; axis < depth; axis++) {
      const at = places[row * depth + axis]!;
      start += (at < 0 ? at + data.shape[axis]! : at) * strides[axis]!;
    }
    for (let i = 0; i < block; i++) result[start + i] = updates[row * block + i]!;
  }
  return [g.constant(data.elementType, data.shape, result)];
};

/** A reduction that occurs in shape arithmetic only, over all elements. */
export const foldedReduction =
  (combine: (a: number, b: number) => number): Lowering =>
  (g: GraphBuilder, inputs, node) => {
    const x: Value = required(inputs, 0);
    const axes =
      intsAttribute(node, 'axes') ??
      (inputs[1] ? Array.from(constantOf(inputs, 1)) : x.shape.map((_, i) => i));
    if (axes.length !== x.shape.length) throw new Error('is supported over all axes only');
    const dims = intAttribute(node, 'keepdims', 1) === 1 ? x.shape.map(() => 1) : [];
    return [g.constant(x.elementType, dims, [constantOf(inputs, 0).reduce((a, b) => combine(a, b))])];
  };

/** The branch that a known condition selects, in place. */
export const ifBranch: Lowering = (_, inputs, node, context) => {
  const condition = constantOf(inputs, 0)[0] !== 0;
  return context.lowerSubgraph(graphAttribute(node, condition ? 'then_branch' : 'else_branch'));
};
