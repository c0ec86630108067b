import { sizeOf, type Graph } from './graph.ts';

/** Multiplications in a graph's matrix products: what a run costs, nearly. */
export function countMultiplications({ nodes }: Graph): number {
  return nodes.reduce((sum, { node, output }) => {
    if (node.op !== 'MatMul' && node.op !== 'MatMulNBits') return sum;
    return sum + sizeOf(output.shape) * node.input(0).shape.at(-1)!;
  }, 0);
}
