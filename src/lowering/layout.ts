import type { GraphBuilder } from '../graph/builder.ts';
import { Node, sameShape, sizeOf, type Value } from '../graph/graph.ts';
import type { ModelNode } from '../graph/model.ts';
import type { PrimitiveOp } from '../graph/primitives.ts';
import { normalizeAxis, slicePlan } from '../graph/shapeRules.ts';
import { intAttribute, intsAttribute } from './attributes.ts';
import { gatherStored } from './lifting.ts';
import { constantOf, required, type Inputs, type Lowering } from './lowering.ts';
import { positionsWithin } from './packing.ts';

/** Axes stand in an attribute up to opset 12 (Reduce: 17) and in input 1 since. */
function axesOf(inputs: Inputs, node: ModelNode): number[] | null {
  const axes = intsAttribute(node, 'axes') ?? (inputs[1] ? constantOf(inputs, 1) : null);
  return axes && Array.from(axes);
}

export const unsqueeze: Lowering = (g, inputs, node) => {
  const x = required(inputs, 0);
  const axes = axesOf(inputs, node) ?? [];
  const rank = x.shape.length + axes.length;
  const added = new Set(axes.map((axis) => normalizeAxis(axis, rank)));
  const kept = x.shape.values();
  return [
    g.reshape(
      x,
      Array.from({ length: rank }, (_, i) => (added.has(i) ? 1 : kept.next().value!)),
    ),
  ];
};

export const squeeze: Lowering = (g, inputs, node) => {
  const x = required(inputs, 0);
  const axes = axesOf(inputs, node)?.map((axis) => normalizeAxis(axis, x.shape.length));
  return [g.reshape(x, x.shape.filter((dim, i) => (axes ? !axes.includes(i) : dim !== 1)))]; // prettier-ignore
};

export const flatten: Lowering = (g, inputs, node) => {
  const x = required(inputs, 0);
  const axis = intAttribute(node, 'axis', 1);
  const split = axis < 0 ? axis + x.shape.length : axis;
  return [g.reshape(x, [sizeOf(x.shape.slice(0, split)), sizeOf(x.shape.slice(split))])];
};

/** A reshape to a shape that is known by now; 0 copies a dimension unless `allowzero`. */
export const reshape: Lowering = (g, inputs, node) => {
  const x = required(inputs, 0);
  const reshaped = g.op('Reshape', [x, g.ints(Array.from(constantOf(inputs, 1)))], node.attributes);
  return [sameShape(reshaped.shape, x.shape) ? x : reshaped];
};

export const expand: Lowering = (g, inputs) => {
  const shape = g.ints(Array.from(constantOf(inputs, 1)));
  return [g.op('Expand', [required(inputs, 0), shape])];
};

/** Repeats along each axis: [.., d, ..] → [.., 1, d, ..] → [.., count, d, ..] → [.., count·d, ..]. */
export const tile: Lowering = (g, inputs) => {
  const repeats = Array.from(constantOf(inputs, 1));
  return [repeats.reduce((x, count, axis) => repeat(g, x, count, axis), required(inputs, 0))];
};

function repeat(g: GraphBuilder, x: Value, count: number, rawAxis: number): Value {
  if (count === 1) return x;
  const axis = normalizeAxis(rawAxis, x.shape.length);
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis)];
  const repeated = g.expand(g.reshape(x, [...before, 1, ...after]), [...before, count, ...after]);
  return g.reshape(repeated, [...before, count * after[0]!, ...after.slice(1)]);
}

/** Empty parts (a key/value cache without past) are left out. */
export const concat: Lowering = (g, inputs, node) => {
  const parts = inputs.map((_, i) => required(inputs, i));
  const filled = parts.filter((part) => sizeOf(part.shape) > 0);
  return [g.concat(filled.length > 0 ? filled : parts.slice(0, 1), intAttribute(node, 'axis', 0))];
};

/** Sizes stand in an attribute up to opset 12 and in input 1 since; equal parts when absent. */
export const split: Lowering = (g, inputs, node) => {
  const x = required(inputs, 0);
  const axis = normalizeAxis(intAttribute(node, 'axis', 0), x.shape.length);
  const count = node.outputs.length;
  const size = Math.ceil(x.shape[axis]! / count);
  const given = intsAttribute(node, 'split') ?? (inputs[1] ? constantOf(inputs, 1) : null);
  const sizes = given
    ? Array.from(given)
    : Array.from({ length: count }, (_, i) => Math.min(size, x.shape[axis]! - i * size));
  let end = 0;
  return sizes.map((part) => g.slice(x, axis, end, (end += part)));
};

/** Bounds stand in attributes up to opset 9 and in inputs since; they must be known by now. */
export const slice: Lowering = (g, inputs, node) => {
  const bound = (index: number, name: string): Value | null => {
    const given = intsAttribute(node, name) ?? (inputs[index] ? constantOf(inputs, index) : null);
    return given && g.ints(Array.from(given));
  };
  const [starts, ends, axes, steps] = [
    bound(1, 'starts'),
    bound(2, 'ends'),
    bound(3, 'axes'),
    bound(4, 'steps'),
  ];
  const operands = [required(inputs, 0), starts, ends, axes, steps];
  const given = operands.slice(0, operands.findLastIndex((operand) => operand !== null) + 1);
  return [isWhole(given) ? given[0]! : g.op('Slice', given)];
};

/** Traced graphs cut masks and tables to a length that they have already. */
function isWhole(operands: readonly (Value | null)[]): boolean {
  const plan = slicePlan(new Node('', 'Slice', operands, {}));
  return sameShape(plan.shape, operands[0]!.shape) && plan.steps.every((step) => step === 1);
}

/**
 * Rows of a half-precision or quantized table are gathered first and converted after. Of a table of positions those are taken
 * that tokens have in their rows.
 */
export const gather: Lowering = (g, inputs, node, { packing }) => {
  const [data, given] = [required(inputs, 0), required(inputs, 1)];
  const axis = intAttribute(node, 'axis', 0);
  const isTable = data.constant === null && data.shape.length === 2 && axis === 0;
  return [gatherStored(g, data, isTable ? positionsWithin(given, packing) : given, axis)];
};

/** A reduction over axes given either way; over all axes when none are given. */
export const reduction =
  (op: PrimitiveOp & `Reduce${string}`): Lowering =>
  (g: GraphBuilder, inputs, node) => {
    const x = required(inputs, 0);
    const axes = axesOf(inputs, node) ?? [];
    if (axes.length === 0 && intAttribute(node, 'noop_with_empty_axes', 0) === 1) return [x];
    const all = axes.length > 0 ? axes : x.shape.map((_, i) => i);
    return [
      g.op(op, [x, g.ints(all)], { keepdims: { type: 'int', value: intAttribute(node, 'keepdims', 1) } }),
    ];
  };
