import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { normalizeAxis } from '../graph/shapeRules.ts';

/** How DequantizeLinear reads its scales: one for all; one for each entry of an axis; one for each block along an axis. */
export interface QuantizedAxis {
  readonly axis: number;
  /** Entries that share a scale along the axis; 0 where scales are not blocked. */
  readonly blockSize: number;
}

/**
 * A stored matrix as floats, computed whenever the graph runs. onnxruntime turns a product with DequantizeLinear into
 * MatMulNBits: it stores the weight a second time and, unasked, rounds activations to 8 bits. A reshape in between, which
 * moves nothing, keeps the product as it is written.
 */
export function dequantizedWeight(
  g: GraphBuilder,
  weight: Value,
  scale: Value,
  zeroPoint: Value | null,
  { axis, blockSize }: QuantizedAxis,
): Value {
  const isBlocked = scale.shape.length > 1;
  const raised = (x: Value) => [1, ...x.shape];
  const stored = g.reinterpret(weight, weight.elementType, raised(weight));
  const scales = isBlocked ? g.reshape(scale, raised(scale)) : scale;
  const zeros =
    zeroPoint && isBlocked ? g.reinterpret(zeroPoint, zeroPoint.elementType, raised(zeroPoint)) : zeroPoint;
  const floats = g.op('DequantizeLinear', zeros ? [stored, scales, zeros] : [stored, scales], {
    axis: { type: 'int', value: 1 + normalizeAxis(axis, weight.shape.length) },
    ...(isBlocked && { block_size: { type: 'int', value: blockSize } }),
  });
  return g.reshape(floats, weight.shape);
}
