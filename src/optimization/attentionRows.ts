import { sameShape, type Node, type Value } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/builder.ts';
import { permutation, reduceAxes } from '../graph/shapeRules.ts';
import type { Rewrite } from './rewriteGraph.ts';

/**
 * The row sums that the gradient of attention needs, Σⱼ dPᵢⱼ·Pᵢⱼ, as Σₖ dOᵢₖ·Oᵢₖ where O = P·V and dP = dO·Vᵀ
 * (Dao et al. 2022, "FlashAttention", appendix B): over the width of a head instead of over all positions.
 */
export function attentionRows(): Rewrite {
  const mixed = new Map<Value, { readonly values: Value; readonly output: Value }>();
  return (g, node) => {
    if (node.op === 'MatMul') return mix(g, node, mixed);
    if (node.op !== 'ReduceSum' || node.int('keepdims', 1) === 0) return null;
    const product = node.input(0).node;
    const axes = reduceAxes(node);
    const isAlongRow = axes.length === 1 && axes[0] === node.input(0).shape.length - 1;
    if (product?.op !== 'Mul' || !isAlongRow) return null;
    const [dP, weights] = [product.input(0), product.input(1)];
    const known = mixed.get(root(weights));
    const pulled = root(dP).node;
    if (!known || pulled?.op !== 'MatMul' || !isTransposed(pulled.input(1), known.values)) return null;
    const dO = pulled.input(0);
    if (!sameShape(dO.shape, known.output.shape)) return null;
    const rows = g.reduceSum(g.mul(dO, known.output), [dO.shape.length - 1]);
    return g.reshape(rows, [...dP.shape.slice(0, -1), 1]);
  };
}

/** Remembers O = P·V by P. */
function mix(
  g: GraphBuilder,
  node: Node,
  mixed: Map<Value, { readonly values: Value; readonly output: Value }>,
): Value | null {
  const weights = root(node.input(0));
  if (weights.node?.op !== 'Softmax') return null;
  const output = g.op('MatMul', node.inputs);
  mixed.set(weights, { values: node.input(1), output });
  return output;
}

/** What a value is a reshape of. */
const root = (value: Value): Value => (value.node?.op === 'Reshape' ? root(value.node.input(0)) : value);

/** Whether `a` is `b` with its last two axes swapped; both may be made of one tensor in different ways. */
function isTransposed(a: Value, b: Value): boolean {
  const [ofA, ofB] = [origin(a), origin(b)];
  const swapped = ofB.perm.toSpliced(-2, 2, ofB.perm.at(-1)!, ofB.perm.at(-2)!);
  return ofA.x === ofB.x && ofA.perm.join() === swapped.join();
}

function origin(value: Value): { readonly x: Value; readonly perm: readonly number[] } {
  const { node, shape } = value;
  if (node?.op === 'Transpose') return { x: node.input(0), perm: permutation(node) };
  return { x: value, perm: shape.map((_, axis) => axis) };
}
