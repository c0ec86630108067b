import type { Node, Value } from '../graph/graph.ts';
import { bytesOf } from '../graph/memoryEstimate.ts';
import type { Rewrite } from './rewriteGraph.ts';

/** What the graph computes of weights alone is computed again on purpose, in order not to keep it; tables are small. */
const largestKept = 2 ** 18;

/**
 * Common subexpressions: a node that computes what an earlier one has computed is replaced by that. Recomputed layers are no
 * such nodes, since they read their input through a dependency of their own (`after`).
 */
export function mergeEqualNodes(): Rewrite {
  const known = new Map<string, Value>();
  const numbers = new Map<Value, number>();
  const numberOf = (value: Value) => {
    if (!numbers.has(value)) numbers.set(value, numbers.size);
    return numbers.get(value)!;
  };
  return (g, node, { isFed }) => {
    const key = keyOf(node, numberOf);
    const earlier = known.get(key);
    if (earlier) return earlier;
    const value = g.op(node.op, node.inputs, node.attributes);
    if (bytesOf(value) <= largestKept || node.inputs.some((x) => x && isFed(x))) known.set(key, value);
    return value;
  };
}

function keyOf({ op, inputs, attributes }: Node, numberOf: (value: Value) => number): string {
  const operands = inputs.map((x) => (x ? operandKey(x, numberOf) : ''));
  return `${op}(${operands.join(';')})${JSON.stringify(attributes, writable)}`;
}

/** Attributes that nothing here knows are kept as they were read, and may hold integers of 64 bits. */
const writable = (_key: string, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value);

/** Short constants by what they hold: shapes and axes are made anew for each node. */
function operandKey(x: Value, numberOf: (value: Value) => number): string {
  const { constant, elementType, shape } = x;
  if (constant && constant.length <= 16) return `${elementType}[${shape.join()}]${constant.join()}`;
  return String(numberOf(x));
}
