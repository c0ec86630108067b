import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { floatAttribute, stringAttribute } from './attributes.ts';
import { required, type Inputs, type Lowering } from './lowering.ts';

/** GELU by the error function: `x · (1 + erf(x / √2)) / 2`. */
const geluErf = (g: GraphBuilder, x: Value): Value =>
  g.mul(g.scale(x, 0.5), g.shift(g.op('Erf', [g.scale(x, Math.SQRT1_2)]), 1));

/** GELU's tanh form; `(1 + tanh u) / 2 = sigmoid(2u)` saves two nodes: `x · sigmoid(x · (a + b·x²))`. */
function geluTanh(g: GraphBuilder, x: Value): Value {
  const slope = 2 * Math.sqrt(2 / Math.PI);
  const polynomial = g.shift(g.scale(g.mul(x, x), slope * 0.044715), slope);
  return g.mul(x, g.sigmoid(g.mul(x, polynomial)));
}

const withBias = (g: GraphBuilder, inputs: Inputs): Value =>
  inputs[1] ? g.add(required(inputs, 0), inputs[1]) : required(inputs, 0);

/** ONNX Gelu (`approximate` none or tanh) and com.microsoft Gelu. */
export const gelu: Lowering = (g, inputs, node) => {
  const approximate = stringAttribute(node, 'approximate', 'none');
  const x = required(inputs, 0);
  return [approximate === 'tanh' ? geluTanh(g, x) : geluErf(g, x)];
};

/** Inputs x, bias?: the tanh form of x + bias. */
export const fastGelu: Lowering = (g, inputs) => [geluTanh(g, withBias(g, inputs))];

/** Inputs x, bias: the erf form of x + bias. */
export const biasGelu: Lowering = (g, inputs) => [geluErf(g, withBias(g, inputs))];

/** `x · sigmoid(alpha · x)`: QuickGelu with alpha 1.702, SiLU with 1. */
export const sigmoidLinearUnit =
  (defaultAlpha: number): Lowering =>
  (g, inputs, node) => {
    const x = required(inputs, 0);
    return [g.mul(x, g.sigmoid(g.scale(x, floatAttribute(node, 'alpha', defaultAlpha))))];
  };
