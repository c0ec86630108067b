import type { GraphBuilder, GemmSettings } from '../graph/builder.ts';
import { sameShape, sizeOf, type Node, type Value } from '../graph/graph.ts';
import { permutation } from '../graph/shapeRules.ts';
import { scaledBy } from './foldScalars.ts';
import type { Rewrite, Surroundings } from './rewriteGraph.ts';

/**
 * Products with a matrix as Gemm, y = α·op(a)·op(b) + c, which transposes, scales and adds while it multiplies: of what the
 * gradients of adapters consist, no other kernel is left. Rows of all batch entries count as rows of one matrix.
 */
export const fuseGemm = (): Rewrite => (g, node, around) => {
  if (node.op === 'MatMul') return transposedProduct(g, node);
  if (node.op === 'Add') return sum(g, node, around);
  const scaled = scaledBy(node);
  return scaled && scale(g, scaled.x, scaled.factor, around);
};

/** A product that can be a Gemm, with the shape that it has in the graph. */
interface Product extends GemmSettings {
  readonly a: Value;
  readonly b: Value;
  readonly c: Value | null;
  readonly shape: readonly number[];
}

/** A product of a transposed matrix. */
function transposedProduct(g: GraphBuilder, node: Node): Value | null {
  const product = productOf(node);
  return product && (product.transA || product.transB || product.alpha !== 1) ? build(g, product) : null;
}

/** The product that a node computes; null where it is none of a matrix. */
function productOf(node: Node): Product | null {
  if (node.op === 'Gemm') return ofGemm(node);
  if (node.op !== 'MatMul' || node.input(1).shape.length !== 2) return null;
  const left = operand(node.input(0));
  const right = operand(node.input(1));
  const shape = [...node.input(0).shape.slice(0, -1), node.input(1).shape[1]!];
  const alpha = left.factor * right.factor;
  return { a: left.x, transA: left.isTransposed, b: right.x, transB: right.isTransposed, alpha, c: null, shape }; // prettier-ignore
}

function ofGemm(node: Node): Product {
  const [transA, transB] = [node.int('transA', 0) === 1, node.int('transB', 0) === 1];
  const [a, b, c] = [node.input(0), node.input(1), node.inputs[2] ?? null];
  const shape = [transA ? a.shape[1]! : a.shape[0]!, transB ? b.shape[0]! : b.shape[1]!];
  return { a, b, c, transA, transB, alpha: node.int('alpha', 1), shape };
}

/** What a matrix is made of by transposing and by scaling. */
function operand(x: Value): { x: Value; factor: number; isTransposed: boolean } {
  const isTransposed = x.shape.length === 2 && x.node?.op === 'Transpose' && permutation(x.node)[0] === 1;
  const inner = isTransposed ? x.node!.input(0) : x;
  const scaled = inner.node && scaledBy(inner.node);
  return { x: scaled ? scaled.x : inner, factor: scaled ? scaled.factor : 1, isTransposed };
}

/** A product plus something of its shape. The narrower of two products does the adding, since it has less else to do. */
function sum(g: GraphBuilder, node: Node, around: Surroundings): Value | null {
  const terms = [node.input(0), node.input(1)] as const;
  if (!sameShape(terms[0].shape, terms[1].shape)) return null;
  const candidates = terms.flatMap((term, i) => {
    const product = absorbable(term, around);
    return product && !product.c ? [{ product, other: terms[1 - i]! }] : [];
  });
  const [narrowest] = candidates.sort((x, y) => innerSize(x.product) - innerSize(y.product));
  if (!narrowest) return null;
  const { product, other } = narrowest;
  return build(g, { ...product, c: other, shape: other.shape });
}

const innerSize = ({ a, transA }: Product) => (transA ? a.shape[0]! : a.shape.at(-1)!);

/** A product times a number. */
function scale(g: GraphBuilder, x: Value, factor: number, around: Surroundings): Value | null {
  const product = absorbable(x, around);
  if (!product || product.c) return null;
  return build(g, { ...product, alpha: (product.alpha ?? 1) * factor, shape: x.shape });
}

/**
 * The product behind a value that nobody else reads, unless it is with a frozen matrix: that would round otherwise in the
 * base model, where no adapter stands between it and what follows.
 */
function absorbable(value: Value, { uses, isFed }: Surroundings): Product | null {
  if (uses(value) !== 1 || !value.node) return null;
  if (value.node.op === 'Reshape') return absorbable(value.node.input(0), { uses, isFed });
  const product = productOf(value.node);
  return product && isFed(product.a) && isFed(product.b) ? product : null;
}

function build(g: GraphBuilder, { a, b, c, shape, ...settings }: Product): Value {
  const flat = (x: Value, columns: number) => g.reshape(x, [sizeOf(x.shape) / columns, columns]);
  const added = c ? [flat(c, shape.at(-1)!)] : [];
  return g.reshape(g.gemm(flat(a, a.shape.at(-1)!), b, settings, ...added), shape);
}
