import type { GraphBuilder } from '../graph/builder.ts';
import { sizeOf, type Value } from '../graph/graph.ts';
import { computeCheapAgain } from './cheapValues.ts';
import { convertAgain } from './convertedWeights.ts';
import { differentiate } from './differentiate.ts';
import { after } from './ordering.ts';
import { joinSegments, type Segment } from './segments.ts';

/**
 * What backpropagation keeps of the forward pass: everything (`'none'`); all that elementwise ops cannot give back
 * (`'elementwise'`; Korthikanti et al. 2022, "Reducing Activation Recomputation in Large Transformer Models", choose by
 * cost in the same way); or one hidden state per layer, from which the layer is computed again when its turn comes
 * (`'perLayer'`; Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost").
 */
export type Recompute = 'none' | 'elementwise' | 'perLayer';

/**
 * Backpropagation segment by segment from the last to the first, given `seeds`: the gradient of the last segment's
 * output, and of targets where their sum starts. A segment's turn comes when all gradients of the one behind it are
 * known, so the runtime cannot keep activations of several segments by computing weight gradients late. Segments that
 * are recomputed read their input through a dependency on the incoming gradient, so it can neither merge them with the
 * forward pass nor run them early. `'perSegment'` recomputes them one by one where `'perLayer'` joins some to keep less.
 * @returns target → gradient; targets that no seed depends on are absent
 */
export function differentiateSegments(
  g: GraphBuilder,
  segments: readonly Segment[],
  seeds: ReadonlyMap<Value, Value>,
  targets: readonly Value[],
  recompute: Recompute | 'perSegment',
): Map<Value, Value> {
  const parts = recompute === 'perLayer' ? joinSegments(segments, bestJoin(segments)) : segments;
  const grads = new Map(seeds);
  for (const segment of parts.toReversed()) {
    const dy = grads.get(segment.output);
    grads.delete(segment.output);
    if (!dy) break;
    const isCheap = recompute === 'none' || recompute === 'elementwise';
    const copy = !isCheap && segment.input ? computeAgain(g, segment, dy) : segment;
    const again = recompute === 'elementwise' ? readAgain(g, segment, targets, dy) : undefined;
    const known = new Map(targets.flatMap((t) => (grads.has(t) ? [[t, grads.get(t)!]] : [])));
    const wanted = copy.input ? [...targets, copy.input] : targets;
    const pulled = differentiate(g, known.set(copy.output, dy), wanted, new Set(), copy.nodes, again);
    const dx = copy.input && pulled.get(copy.input);
    const fresh = targets.filter((t) => pulled.has(t) && pulled.get(t) !== grads.get(t));
    for (const target of fresh) grads.set(target, pulled.get(target)!);
    if (dx) grads.set(segment.input!, afterAll(g, dx, fresh.map((t) => grads.get(t)!))); // prettier-ignore
  }
  return new Map(targets.flatMap((t) => (grads.has(t) ? [[t, grads.get(t)!]] : [])));
}

/** What the gradients of a segment read that need not be kept for them. */
function readAgain(
  g: GraphBuilder,
  segment: Segment,
  targets: readonly Value[],
  dy: Value,
): Map<Value, Value> {
  return new Map([...convertAgain(g, segment.nodes), ...computeCheapAgain(g, segment, targets, dy)]);
}

/** The segment's nodes once more, from the value that the forward pass kept. */
function computeAgain(g: GraphBuilder, segment: Segment, dy: Value): Segment {
  const input = after(g, segment.input!, dy);
  const copies = convertAgain(g, segment.nodes).set(segment.input!, input);
  const before = g.builtNodes.length;
  for (const { node, output } of segment.nodes) {
    const inputs = node.inputs.map((x) => (x ? (copies.get(x) ?? x) : null));
    copies.set(
      output,
      g.scoped(`${node.name}/again`, () => g.op(node.op, inputs, node.attributes)),
    );
  }
  return { input, output: copies.get(segment.output)!, nodes: g.builtNodes.slice(before) };
}

/** One dependency on many values goes through their concatenation. */
function afterAll(g: GraphBuilder, x: Value, earlier: readonly Value[]): Value {
  if (earlier.length === 0) return x;
  const flat = earlier.map((value) => g.reshape(value, [sizeOf(value.shape)]));
  return after(g, x, g.concat(flat, 0));
}

/**
 * How many segments to recompute together: what is kept shrinks with the number of joined segments, what one of them
 * needs while it is computed grows.
 */
function bestJoin(segments: readonly Segment[]): number {
  const cost = (count: number) => {
    const joined = joinSegments(segments, count);
    const kept = joined.reduce((sum, { output }) => sum + sizeOf(output.shape), 0);
    const inside = joined.map(({ nodes }) =>
      nodes.reduce((sum, { output }) => sum + sizeOf(output.shape), 0),
    );
    return kept + Math.max(...inside);
  };
  const counts = segments.map((_, i) => i + 1);
  return counts.reduce((best, count) => (cost(count) < cost(best) ? count : best), 1);
}
