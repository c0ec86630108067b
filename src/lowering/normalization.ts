import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { normalizeAxis } from '../graph/shapeRules.ts';
import type { ModelNode } from '../graph/model.ts';
import { floatAttribute, intAttribute } from './attributes.ts';
import { required, type Lowering } from './lowering.ts';

interface NormalizationSettings {
  readonly axes: readonly number[];
  readonly epsilon: number;
}

const settingsOf = (node: ModelNode, x: Value): NormalizationSettings => {
  const first = normalizeAxis(intAttribute(node, 'axis', -1), x.shape.length);
  const axes = Array.from({ length: x.shape.length - first }, (_, i) => first + i);
  return { axes, epsilon: floatAttribute(node, 'epsilon', 1e-5) };
};

/** RMSNorm: `x / √(mean(x²) + ε) · weight`. */
function rmsNormalize(
  g: GraphBuilder,
  x: Value,
  weight: Value,
  { axes, epsilon }: NormalizationSettings,
): Value {
  const meanSquare = g.reduceMean(g.mul(x, x), axes);
  return g.mul(g.div(x, g.sqrt(g.shift(meanSquare, epsilon))), weight);
}

/** LayerNorm: `(x − mean) / √(var + ε) · weight + bias`. */
function layerNormalize(
  g: GraphBuilder,
  x: Value,
  weight: Value,
  bias: Value | null,
  settings: NormalizationSettings,
): Value {
  const centered = g.sub(x, g.reduceMean(x, settings.axes));
  const normalized = rmsNormalize(g, centered, weight, settings);
  return bias ? g.add(normalized, bias) : normalized;
}

/** Inputs x, weight. */
export const simplifiedLayerNormalization: Lowering = (g, inputs, node) => {
  const x = required(inputs, 0);
  return [rmsNormalize(g, x, required(inputs, 1), settingsOf(node, x))];
};

/** Inputs x, weight, bias?. */
export const layerNormalization: Lowering = (g, inputs, node) => {
  const x = required(inputs, 0);
  return [layerNormalize(g, x, required(inputs, 1), inputs[2] ?? null, settingsOf(node, x))];
};

/** The residual sum that the Skip forms normalize and also hand on as their fourth output. */
const residualSum = (g: GraphBuilder, x: Value, skip: Value, bias: Value | null | undefined): Value =>
  bias ? g.add(g.add(x, skip), bias) : g.add(x, skip);

/** Inputs x, skip, weight, bias? of the residual; outputs normalized, –, –, x + skip + bias. */
export const skipSimplifiedLayerNormalization: Lowering = (g, inputs, node) => {
  const sum = residualSum(g, required(inputs, 0), required(inputs, 1), inputs[3]);
  return [rmsNormalize(g, sum, required(inputs, 2), settingsOf(node, sum)), null, null, sum];
};

/** Inputs x, skip, weight, bias?, bias? of the residual; outputs normalized, –, –, x + skip + residual bias. */
export const skipLayerNormalization: Lowering = (g, inputs, node) => {
  const sum = residualSum(g, required(inputs, 0), required(inputs, 1), inputs[4]);
  const y = layerNormalize(g, sum, required(inputs, 2), inputs[3] ?? null, settingsOf(node, sum));
  return [y, null, null, sum];
};
