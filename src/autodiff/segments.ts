import { sizeOf, type GraphNode, type Value } from '../graph/graph.ts';
import { liveNodes, valuesReaching } from '../graph/traversal.ts';

/** A stretch of a forward graph into which only one activation leads and out of which only one leads. */
export interface Segment {
  /** `null` for the first stretch, which begins at the graph's inputs. */
  readonly input: Value | null;
  readonly output: Value;
  /** The nodes in between that depend on the input, in execution order. */
  readonly nodes: readonly GraphNode[];
}

/**
 * Cuts what leads from `source` (the tokens) to `hidden` where a single activation is alive: between the blocks of a
 * decoder that is the residual stream, whatever the family calls its layers. Values that do not depend on the source
 * (adapters, converted weights, rotary tables) may be read everywhere and belong to no segment. A segment computes at
 * least `smallest` times what it hands on.
 */
export function findSegments(
  nodes: readonly GraphNode[],
  source: Value,
  hidden: Value,
  smallest: number = smallestSegment,
): Segment[] {
  const activations = valuesReaching(nodes, [source]);
  const forward = liveNodes(nodes, [hidden]).filter(({ output }) => activations.has(output));
  const lastUse = new Map<Value, number>([[hidden, forward.length]]);
  forward.forEach(({ node }, i) =>
    node.inputs.forEach((x) => void (x && activations.has(x) && x !== hidden && lastUse.set(x, i))),
  );
  const alive = new Set<Value>();
  const segments: Segment[] = [];
  let [start, input, bytes] = [0, null as Value | null, 0];
  forward.forEach(({ node, output }, i) => {
    alive.add(output);
    bytes += sizeOf(output.shape);
    for (const x of node.inputs) if (x && lastUse.get(x) === i) alive.delete(x);
    const isWorthIt = bytes >= smallest * sizeOf(output.shape) || i === forward.length - 1;
    const isState = alive.size === 1 && alive.has(output) && output.elementType === 'float32';
    if (!isState || !isWorthIt) return;
    segments.push({ input, output, nodes: forward.slice(start, i + 1) });
    [start, input, bytes] = [i + 1, output, 0];
  });
  return segments;
}

/** A cut keeps one activation; it should spare several. */
const smallestSegment = 4;

/** Joins neighbouring segments, `count` at a time; the first stays by itself, since it has no input to begin from. */
export function joinSegments([first, ...rest]: readonly Segment[], count: number): Segment[] {
  if (!first) return [];
  const groups = Array.from({ length: Math.ceil(rest.length / count) }, (_, i) =>
    rest.slice(i * count, (i + 1) * count),
  );
  const join = (group: readonly Segment[]): Segment => ({
    input: group[0]!.input,
    output: group.at(-1)!.output,
    nodes: group.flatMap(({ nodes }) => nodes),
  });
  return [first, ...groups.map(join)];
}
