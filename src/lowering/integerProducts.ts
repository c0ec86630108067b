import type { GraphBuilder } from '../graph/builder.ts';
import { sizeOf, type Value } from '../graph/graph.ts';
import type { ElementType, ModelNode } from '../graph/model.ts';
import { intAttribute } from './attributes.ts';
import { dequantizedWeight } from './dequantizedWeight.ts';
import { required, type Inputs, type Lowering } from './lowering.ts';
import { gatherDequantized, isByteTable } from './quantizedRows.ts';

/*
 * 8-bit products round activations on the way. Training computes without that rounding, whose gradient is zero wherever
 * it exists: an activation that the export quantizes is carried on as the float x / scale + zeroPoint, a weight is
 * dequantized, and an integer product becomes a product of floats. The scales that exports multiply with afterwards are
 * thereby right as they stand. Weights stay 8 bits wide: DequantizeLinear is never folded into a wide copy.
 */

/** An activation in its own units: scale 1, zero point 0. */
export const dynamicQuantizeLinear: Lowering = (g, inputs) => [
  required(inputs, 0),
  g.scalar(1),
  g.scalar(0, 'uint8'),
];

const ranges: Partial<Record<ElementType, readonly [number, number]>> = {
  int8: [-128, 127], uint8: [0, 255], int16: [-32768, 32767], uint16: [0, 65535],
}; // prettier-ignore

/** Inputs x, scale, zero point?: x / scale + zeroPoint within the type's range, not rounded. */
export const quantizeLinear: Lowering = (g, inputs, node) => {
  const [x, scale] = [required(inputs, 0), required(inputs, 1)];
  const range = ranges[inputs[2]?.elementType ?? 'uint8'];
  if (!range) throw new Error(`quantizing activations to ${inputs[2]?.elementType} is not supported`);
  if (sizeOf(scale.shape) !== 1 || intAttribute(node, 'block_size', 0) !== 0)
    throw new Error('activations are supported with one scale only');
  const moved = shifted(g, g.div(x, scalarOf(g, scale)), inputs[2], 'Add');
  return [g.op('Min', [g.op('Max', [moved, g.scalar(range[0])]), g.scalar(range[1])])];
};

/** Inputs x, scale, zero point?. A quantized activation becomes (x − zeroPoint) · scale; the rest are weights. */
export const dequantizeLinear: Lowering = (g, inputs, node) => {
  const [x, scale, zeroPoint] = [required(inputs, 0), required(inputs, 1), inputs[2] ?? null];
  if (x.elementType !== 'float32') return [dequantizedBytes(g, x, scale, zeroPoint, node)];
  if (sizeOf(scale.shape) !== 1) throw new Error('activations are supported with one scale only');
  return [g.mul(shifted(g, x, zeroPoint, 'Sub'), scalarOf(g, scale))];
};

/** A weight, or the rows gathered from one, as floats. */
function dequantizedBytes(
  g: GraphBuilder,
  x: Value,
  scale: Value,
  zeroPoint: Value | null,
  node: ModelNode,
): Value {
  const layout = { axis: intAttribute(node, 'axis', 1), blockSize: intAttribute(node, 'block_size', 0) };
  const isStored = x.node === null && x.constant === null;
  if (isStored && x.shape.length > 1) return dequantizedWeight(g, x, scale, zeroPoint, layout);
  const source = x.node?.op === 'Gather' && x.node.int('axis', 0) === 0 ? x.node : null;
  const [table, indices] = [source?.input(0), source?.input(1)];
  if (table && indices && isByteTable(table) && scale.shape.length === 0) {
    return gatherDequantized(g, { table, shape: table.shape, scale, zeroPoint, ...layout }, indices);
  }
  const { axis, block_size } = node.attributes;
  const attributes = { ...(axis && { axis }), ...(block_size && { block_size }) };
  return g.op('DequantizeLinear', zeroPoint ? [x, scale, zeroPoint] : [x, scale], attributes);
}

/** Inputs A, B, zero point of A?, zero point of B?. */
export const matMulInteger: Lowering = (g, inputs) => {
  const [a, b] = [activation(g, inputs, 0, 2), required(inputs, 1)];
  const zeros = inputs[3] ?? null;
  const ones = g.constant(
    'float32',
    zeros?.shape ?? [],
    new Float64Array(sizeOf(zeros?.shape ?? [])).fill(1),
  );
  return [g.matMul(a, weightOf(g, b, ones, zeros))];
};

/** com.microsoft MatMulIntegerToFloat: inputs A, B, scale of A, scale of B, zero point of A?, of B?, bias?. */
export const matMulIntegerToFloat: Lowering = (g, inputs) => {
  const a = activation(g, inputs, 0, 4);
  const b = weightOf(g, required(inputs, 1), required(inputs, 3), inputs[5] ?? null);
  const scale = required(inputs, 2);
  const isOne = scale.constant?.every((x) => x === 1) === true;
  const y = g.matMul(a, b);
  return [withBias(g, isOne ? y : g.mul(y, scalarOf(g, scale)), inputs[6])];
};

/** com.microsoft DynamicQuantizeMatMul: inputs A (float), B, scale of B, zero point of B?, bias?. */
export const dynamicQuantizeMatMul: Lowering = (g, inputs) => {
  const b = weightOf(g, required(inputs, 1), required(inputs, 2), inputs[3] ?? null);
  return [withBias(g, g.matMul(required(inputs, 0), b), inputs[4])];
};

const withBias = (g: GraphBuilder, y: Value, bias: Value | null | undefined) => (bias ? g.add(y, bias) : y);

/** The 8-bit weight [K, N] as floats, with one scale or one per column. */
function weightOf(g: GraphBuilder, weight: Value, scale: Value, zeroPoint: Value | null): Value {
  if (weight.elementType !== 'int8' && weight.elementType !== 'uint8') {
    throw new Error(
      `the right side of an integer product must be an 8-bit weight, ${weight.name} is ${weight.elementType}`,
    );
  }
  return dequantizedWeight(g, weight, scale, zeroPoint, { axis: 1, blockSize: 0 });
}

/** The left side of an integer product, without its zero point. */
function activation(g: GraphBuilder, inputs: Inputs, index: number, zeroPoint: number): Value {
  const x = required(inputs, index);
  if (x.elementType === 'float32') return shifted(g, x, inputs[zeroPoint], 'Sub');
  throw new Error(
    `the left side of an integer product must be a quantized activation, ${x.name} is ${x.elementType}`,
  );
}

function shifted(g: GraphBuilder, x: Value, zeroPoint: Value | null | undefined, op: 'Add' | 'Sub'): Value {
  if (!zeroPoint || zeroPoint.constant?.every((zero) => zero === 0)) return x;
  return g.op(op, [x, g.cast(scalarOf(g, zeroPoint), 'float32')]);
}

const scalarOf = (g: GraphBuilder, value: Value) => (value.shape.length === 0 ? value : g.reshape(value, []));
