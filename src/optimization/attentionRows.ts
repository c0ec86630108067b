import type { GraphBuilder } from '../graph/builder.ts';
import { sameShape, type Node, type Value } from '../graph/graph.ts';
import { permutation, reduceAxes } from '../graph/shapeRules.ts';
import { behindReshapes } from './behindReshapes.ts';
import type { Rewrite } from './rewriteGraph.ts';

/** What became of a softmax P: the values V that it weighs, and O = P·V as the layer hands it on. */
interface Mixed {
  readonly values: Value;
  /** A transposition of O, which is kept anyway: the next projection's gradient reads it. */
  handedOn?: Value;
}

/**
 * The row sums that the gradient of attention needs, Σⱼ dPᵢⱼ·Pᵢⱼ, as Σₖ dOᵢₖ·Oᵢₖ where O = P·V and dP = dO·Vᵀ
 * (Dao et al. 2022, "FlashAttention", appendix B): over the width of a head instead of over all positions.
 */
export function attentionRows(): Rewrite {
  const byWeights = new Map<Value, Mixed>();
  const byOutput = new Map<Value, Mixed>();
  return (g, node) => {
    if (node.op === 'ReduceSum') return rowSums(g, node, byWeights);
    const weights = node.op === 'MatMul' ? behindReshapes(node.input(0)) : null;
    const mixed = node.op === 'Transpose' ? byOutput.get(behindReshapes(node.input(0))) : undefined;
    if (weights?.node?.op !== 'Softmax' && !mixed) return null;
    const value = g.op(node.op, node.inputs, node.attributes);
    if (mixed) mixed.handedOn = value;
    else note(node, value, byWeights, byOutput);
    return value;
  };
}

function note(node: Node, output: Value, byWeights: Map<Value, Mixed>, byOutput: Map<Value, Mixed>): void {
  const mixed = { values: node.input(1) };
  byWeights.set(behindReshapes(node.input(0)), mixed);
  byOutput.set(output, mixed);
}

function rowSums(g: GraphBuilder, node: Node, byWeights: ReadonlyMap<Value, Mixed>): Value | null {
  const product = node.input(0).node;
  if (product?.op !== 'Mul' || !isAlongLast(node)) return null;
  const [dP, weights] = [product.input(0), product.input(1)];
  const mixed = byWeights.get(behindReshapes(weights));
  const pulled = behindReshapes(dP).node;
  if (!mixed?.handedOn || pulled?.op !== 'MatMul' || !isTransposed(pulled.input(1), mixed.values))
    return null;
  const dO = behindReshapes(pulled.input(0)).node;
  if (dO?.op !== 'Transpose' || !sameShape(dO.input(0).shape, mixed.handedOn.shape)) return null;
  const backAndForth = permutation(dO).map((axis) => permutation(mixed.handedOn!.node!)[axis]);
  if (backAndForth.some((axis, i) => axis !== i)) return null;
  const last = mixed.handedOn.shape.length - 1;
  const rows = g.reduceSum(g.mul(dO.input(0), mixed.handedOn), [last]);
  return g.reshape(g.transpose(rows, permutation(dO)), [...dP.shape.slice(0, -1), 1]);
}

function isAlongLast(node: Node): boolean {
  const axes = reduceAxes(node);
  return node.int('keepdims', 1) === 1 && axes.length === 1 && axes[0] === node.input(0).shape.length - 1;
}

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
