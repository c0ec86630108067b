import type { GraphBuilder } from '../graph/builder.ts';
import { sizeOf, type Node, type Value } from '../graph/graph.ts';
import { reduceAxes } from '../graph/shapeRules.ts';
import { behindReshapes } from './behindReshapes.ts';
import type { Rewrite, Surroundings } from './rewriteGraph.ts';

/**
 * Numbers and signs, gathered where there is less to multiply: (x·a)·b = x·(a·b), (x·a)/s = (x/s)·a, (x/√v)/√v = x/v,
 * x + (−y) = x − y, and Σ(x·a) = a·Σx, Σ(x/s) = (Σx)/s where s does not vary along the sum; a rotation takes its scale
 * into its tables. What others read too stays as it is.
 */
export const foldScalars = (): Rewrite => (g, node, around) => {
  const [a, b] = node.inputs;
  if (node.op === 'Add') return sum(g, a!, b!, around);
  if (node.op === 'Sub' && b!.node?.op === 'Neg') return g.add(a!, b!.node.input(0));
  if (node.op === 'ReduceSum') return reduced(g, node, around);
  if (node.op === 'Div') return quotient(g, a!, b!, around);
  if (node.op === 'RotaryEmbedding') {
    const scaled = ownScale(a!, around);
    return scaled && turned(g, node, scaled.factor, scaled.x);
  }
  return node.op === 'Mul' || node.op === 'Neg' ? product(g, node, around) : null;
};

/** A value as x·factor. */
interface Scaled {
  readonly x: Value;
  readonly factor: number;
}

/** How a node scales one tensor by a number; null where it does something else. */
export function scaledBy({ op, inputs }: Node): Scaled | null {
  const [a, b] = inputs as readonly Value[];
  if (op === 'Neg') return { x: a!, factor: -1 };
  if (op !== 'Mul') return null;
  const scale = (x: Value, { constant, shape }: Value) =>
    constant?.length === 1 && shape.length <= x.shape.length ? { x, factor: constant[0]! } : null;
  return scale(a!, b!) ?? scale(b!, a!);
}

/**
 * The scale of a value that nobody else reads. That of a product with a frozen matrix is left alone: in the base model no
 * adapter stands between it and what follows, which would round otherwise.
 */
function ownScale(value: Value, { uses, isFed }: Surroundings): Scaled | null {
  const scaled = uses(value) === 1 && value.node ? scaledBy(value.node) : null;
  const product = scaled && behindReshapes(scaled.x).node;
  return product?.op === 'MatMul' && !product.inputs.every((x) => x && isFed(x)) ? null : scaled;
}

function product(g: GraphBuilder, node: Node, around: Surroundings): Value | null {
  const outer = scaledBy(node);
  if (!outer || around.uses(outer.x) !== 1) return null;
  const before = outer.x.node;
  if (before?.op === 'RotaryEmbedding') return turned(g, before, outer.factor, before.input(0));
  const inner = ownScale(outer.x, around);
  return inner && g.scale(inner.x, inner.factor * outer.factor);
}

/** A number behind a quotient, where it meets the next one; and one division instead of two by the same root. */
function quotient(g: GraphBuilder, x: Value, divisor: Value, around: Surroundings): Value | null {
  const scaled = ownScale(x, around);
  if (scaled && sizeOf(scaled.x.shape) === sizeOf(x.shape)) {
    const { x: inner, factor } = scaled;
    return g.scale(quotient(g, inner, divisor, around) ?? g.div(inner, divisor), factor);
  }
  const before = around.uses(x) === 1 && x.node?.op === 'Div' ? x.node : null;
  const isTwice = before?.input(1) === divisor && divisor.node?.op === 'Sqrt';
  return isTwice ? g.div(before.input(0), divisor.node.input(0)) : null;
}

function sum(g: GraphBuilder, a: Value, b: Value, { uses }: Surroundings): Value | null {
  const negated = (x: Value) => (x.node?.op === 'Neg' && uses(x) === 1 ? x.node.input(0) : null);
  const [minusB, minusA] = [negated(b), negated(a)];
  if (minusB) return g.sub(a, minusB);
  return minusA && g.sub(b, minusA);
}

/** A sum over fewer numbers, and then the product with what was the same for all of them. */
function reduced(g: GraphBuilder, node: Node, around: Surroundings): Value | null {
  const summed = node.input(0);
  if (!summed.node || around.uses(summed) !== 1 || node.int('keepdims', 1) === 0) return null;
  const again = (x: Value): Value => {
    const inner = node.with([x, ...node.inputs.slice(1)]);
    return reduced(g, inner, around) ?? g.op('ReduceSum', inner.inputs, node.attributes);
  };
  const scaled = scaledBy(summed.node);
  if (scaled) return g.scale(again(scaled.x), scaled.factor);
  if (summed.node.op !== 'Div') return null;
  const [x, divisor] = [summed.node.input(0), summed.node.input(1)];
  const isWhole = sizeOf(x.shape) === sizeOf(summed.shape);
  const isSameAlongSum = reduceAxes(node).every((axis) => divisor.shape.at(axis - summed.shape.length) === 1);
  return isWhole && isSameAlongSum ? g.div(again(x), divisor) : null;
}

/** A rotation and a scale, in either order, as one with scaled tables, which all layers share. */
function turned(g: GraphBuilder, { op, inputs, attributes }: Node, factor: number, x: Value): Value | null {
  const isWhole =
    attributes['rotary_embedding_dim']?.type !== 'int' || attributes['rotary_embedding_dim'].value === 0;
  const [, positions, cos, sin] = inputs as readonly Value[];
  return isWhole ? g.op(op, [x, positions!, g.scale(cos!, factor), g.scale(sin!, factor)], attributes) : null;
}
