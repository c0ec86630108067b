import { sizeOf, type Graph, type GraphNode, type Node, type Value } from './graph.ts';
import { bytesOf } from './memoryEstimate.ts';
import type { PrimitiveOp } from './primitives.ts';

/** What running a graph once costs, whatever runs it; from the graph and its shapes alone. */
export interface KernelCost {
  /** Nodes that run a kernel, which on a GPU are dispatches at least. */
  readonly kernels: number;
  /** Bytes that those kernels read and write: all that is not kept in registers and caches goes through memory. */
  readonly bytes: number;
}

/** Ops that read of their first input only what they hand on. */
const selecting = new Set<PrimitiveOp>(['Gather', 'GatherBlockQuantized', 'Slice']);

/**
 * Counts the nodes that run a kernel, and the bytes of their inputs and outputs. A Reshape only names memory differently,
 * and what depends on constants alone onnxruntime computes when the session is created; dequantizing a weight is counted
 * unless the session keeps floats (`SessionOptions.keepsFloats`). A value that a node reads twice is read once.
 */
export function kernelCost(graph: Graph, keepsFloats = false): KernelCost {
  const running = kernelsOf(graph, keepsFloats);
  return { kernels: running.length, bytes: running.reduce((sum, node) => sum + trafficOf(node), 0) };
}

function kernelsOf({ nodes, weights }: Graph, keepsFloats: boolean): GraphNode[] {
  const folded = new Set<Value>(keepsFloats ? weights.map(({ value }) => value) : []);
  return nodes.filter(({ node, output }) => {
    const isFolded = node.inputs.every((input) => !input || input.constant || folded.has(input));
    if (isFolded) folded.add(output);
    return !isFolded && node.op !== 'Reshape';
  });
}

function trafficOf({ node, output }: GraphNode): number {
  const [first, ...others] = new Set(node.inputs);
  const read = others.reduce((sum, input) => sum + (input ? bytesOf(input) : 0), 0);
  return (first ? bytesRead(first, node, output) : 0) + read + bytesOf(output);
}

function bytesRead(input: Value, node: Node, output: Value): number {
  if (!selecting.has(node.op)) return bytesOf(input);
  // Bytes hold two elements each where they are quantized to four bits.
  const isPacked = node.op === 'GatherBlockQuantized' && node.int('bits', 4) === 4;
  const elements = sizeOf(input.shape) * (isPacked && input.elementType === 'uint8' ? 2 : 1);
  return Math.ceil(bytesOf(input) * Math.min(1, sizeOf(output.shape) / elements));
}
