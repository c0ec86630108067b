import type { GraphBuilder } from '../graph/builder.ts';
import { sameShape, sizeOf, type Node, type Value } from '../graph/graph.ts';
import { normalizeAxis, reduceAxes } from '../graph/shapeRules.ts';
import { scaledBy } from './foldScalars.ts';
import type { Rewrite } from './rewriteGraph.ts';

/** What a normalized value x/s, s = √(mean x² + ε), becomes when it is weighed: y = x/s·w. */
interface Weighed {
  readonly weight: Value;
  readonly y: Value;
}

/**
 * RMSNorm (Zhang and Sennrich 2019) as one kernel, and the rest of its gradient, dx = dŷ/s − x·Σ(dŷ·x/s)/(n·s²) with
 * dŷ = dy·w, through what that yields: Σ(dŷ·x/s) = Σ(dy·y). So x/s is neither computed nor kept.
 */
export function fuseNorms(): Rewrite {
  const weighed = new Map<Value, Weighed>();
  return (g, node) => {
    if (node.op === 'ReduceMean') return meanSquare(g, node);
    if (node.op === 'ReduceSum') return weighedSum(g, node, weighed);
    if (node.op === 'Add') return twice(g, node);
    return node.op === 'Mul' ? norm(g, node, weighed) : null;
  };
}

/** mean(x·x) = Σx²/n */
function meanSquare(g: GraphBuilder, node: Node): Value | null {
  const x = squareOf(node.input(0));
  if (!x) return null;
  const total = g.op('ReduceSumSquare', [x, node.input(1)], node.attributes);
  return g.scale(total, 1 / reduceAxes(node).reduce((size, axis) => size * x.shape[axis]!, 1));
}

const squareOf = ({ node }: Value): Value | null =>
  node?.op === 'Mul' && node.inputs[0] === node.inputs[1] ? node.input(0) : null;

/** x/√(Σx²/n + ε)·w over the last axis. */
function norm(g: GraphBuilder, node: Node, weighed: Map<Value, Weighed>): Value | null {
  const [normalized, weight] = [node.input(0), node.input(1)];
  const epsilon = normalized.node && epsilonOf(normalized.node);
  const x = normalized.node?.inputs[0];
  if (epsilon === null || !x || weight.shape.length !== 1 || !sameShape(weight.shape, x.shape.slice(-1))) return null; // prettier-ignore
  const y = g.op('SimplifiedLayerNormalization', [x, weight], {
    axis: { type: 'int', value: -1 },
    epsilon: { type: 'float', value: epsilon },
  });
  weighed.set(normalized, { weight, y });
  return y;
}

/** The ε of x/√(Σx²·(1/n) + ε); null for any other node. */
function epsilonOf({ op, inputs }: Node): number | null {
  if (op !== 'Div') return null;
  const [x, deviation] = inputs as readonly Value[];
  const sum = deviation!.node?.op === 'Sqrt' ? deviation!.node.input(0).node : null;
  const [mean, epsilon] = sum?.op === 'Add' ? [sum.input(0).node, sum.input(1).constant] : [];
  const squares = mean?.op === 'Mul' ? mean.input(0).node : null;
  const factor = mean?.inputs[1]?.constant;
  const isNorm = squares?.op === 'ReduceSumSquare' && squares.input(0) === x && epsilon?.length === 1;
  if (!isNorm || factor?.length !== 1) return null;
  const axes = reduceAxes(squares);
  const isLast = axes.length === 1 && axes[0] === normalizeAxis(-1, x!.shape.length);
  const isMean = Math.abs(factor[0]! * x!.shape.at(-1)! - 1) < 1e-6;
  return isLast && isMean ? epsilon[0]! : null;
}

/** Σ(dy·w·x/s) = Σ(dy·y) */
function weighedSum(g: GraphBuilder, node: Node, weighed: ReadonlyMap<Value, Weighed>): Value | null {
  const product = node.input(0).node;
  if (product?.op !== 'Mul') return null;
  const [a, b] = [product.input(0), product.input(1)];
  const [pulled, known] = weighed.has(b) ? [a, weighed.get(b)] : [b, weighed.get(a)];
  if (!known || pulled.node?.op !== 'Mul' || pulled.node.inputs[1] !== known.weight) return null;
  const dy = pulled.node.input(0);
  return g.op('ReduceSum', [g.mul(dy, known.y), ...node.inputs.slice(1)], node.attributes);
}

/** a + p + p = a + 2·p, where the number joins what p = t·x has least of. The gradient of a square arrives twice. */
function twice(g: GraphBuilder, node: Node): Value | null {
  const [sum, p] = [node.input(0), node.input(1)];
  if (sum.node?.op !== 'Add' || sum.node.inputs[1] !== p || p.node?.op !== 'Mul') return null;
  const [small, large] = [p.node.input(0), p.node.input(1)].toSorted((a, b) => sizeOf(a.shape) - sizeOf(b.shape)); // prettier-ignore
  const { x, factor } = (small!.node && scaledBy(small!.node)) ?? { x: small!, factor: 1 };
  return g.add(sum.node.input(0), g.mul(g.scale(x, factor * 2), large!));
}
