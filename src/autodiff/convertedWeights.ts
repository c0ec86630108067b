import type { GraphBuilder } from '../graph/builder.ts';
import type { GraphNode, Node, Value } from '../graph/graph.ts';
import type { ElementType } from '../graph/model.ts';
import type { PrimitiveOp } from '../graph/primitives.ts';

const halves = new Set<ElementType>(['float16', 'bfloat16']);

/** Ops that move a converted matrix without computing anything. */
const moving = new Set<PrimitiveOp>(['Reshape', 'Transpose']);

/**
 * The matrices that `nodes` read as floats while the model stores them in fewer bits, converted once more. Between the
 * forward pass and its gradients the floats of a whole model would else be kept beside what is stored.
 * @returns converted matrix → the same one again
 */
export function convertAgain(g: GraphBuilder, nodes: readonly GraphNode[]): Map<Value, Value> {
  const read = new Set(nodes.flatMap(({ node }) => node.inputs));
  const converted = [...read].filter((x): x is Value => x !== null && x.shape.length > 1 && isConverted(x));
  return new Map(converted.map((x) => [x, convert(g, x.node!)]));
}

function isConverted({ node }: Value): boolean {
  if (!node) return false;
  if (moving.has(node.op)) return isConverted(node.input(0));
  const isStored = (x: Value | null) => !x || x.node === null || isConverted(x);
  if (node.op === 'DequantizeLinear') return node.inputs.every(isStored);
  return node.op === 'Cast' && node.input(0).node === null && halves.has(node.input(0).elementType);
}

function convert(g: GraphBuilder, node: Node): Value {
  const inputs = node.inputs.map((x) => (x?.node ? convert(g, x.node) : x));
  return g.scoped(`${node.name}/again`, () => g.op(node.op, inputs, node.attributes));
}
