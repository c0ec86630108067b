import type { GraphNode, Node, Value } from '../graph/graph.ts';
import { axesRules } from './axesRules.ts';
import type { Packing } from './packing.ts';
import { sameAxes, type TokenAxes } from './tokenAxes.ts';

/**
 * Checks that rows which share lines cannot reach each other between the tokens and `hidden`: that every op works on each
 * token alone, or is an attention whose scores between rows are hidden, and that positions are those that were fed. Follows
 * the axes of batch and tokens through the graph, and takes what it does not know for a reason against.
 * @throws naming the first node where that is not so
 */
export function checkRowsAreSeparate(
  nodes: readonly GraphNode[],
  inputIds: Value,
  hidden: Value,
  packing: Packing,
): void {
  const lines = inputIds.shape as [number, number];
  if (lines[1] === 1) throw new Error('Rows cannot share lines of a single token.');
  const perToken = { kind: 'tokens', axes: lines[0] === 1 ? [1] : [0, 1] } as const;
  const known = new Map<Value, TokenAxes>();
  for (const input of [inputIds, packing.positions, packing.segments]) known.set(input, perToken);
  const isPerToken = (x: Value) => sameAxes(known.get(x) ?? null, perToken);
  // The node that first let rows reach each other, for every value that it had a part in.
  const mixedBy = new Map<Value, Node>();
  for (const { node, output } of nodes) {
    const at = node.inputs.map((x) => (x && known.get(x)) ?? null);
    const mixing = node.inputs.flatMap((x) => (x && mixedBy.get(x)) ?? [])[0];
    if (!mixing && at.every((axes) => axes === null)) continue;
    const attended = packing.attended.get(output);
    const separated = packing.masked.has(output) ? masked(at[0]) : attended?.every(isPerToken) ? perToken : null;
    const axes = separated ?? (mixing ? null : (axesRules[node.op]?.({ node, output, at, lines }) ?? null));
    if (axes) known.set(output, axes);
    else mixedBy.set(output, mixing ?? node);
  } // prettier-ignore
  if (isPerToken(hidden)) return;
  const culprit = mixedBy.get(hidden);
  const where = culprit ? `the ${culprit.op} node "${culprit.name}"` : 'the graph';
  throw new Error(`Rows cannot share a line: ${where} may let one reach another.`);
}

const masked = (scores: TokenAxes | null | undefined): TokenAxes | null =>
  scores?.kind === 'pairs' ? { ...scores, isMasked: true } : null;
