import type { GraphBuilder } from '../graph/builder.ts';
import { formatShape, Node, sameShape, type GraphNode, type Value } from '../graph/graph.ts';
import { valuesReaching } from '../graph/traversal.ts';
import { gradientRules } from './gradientRules.ts';

/**
 * Reverse-mode differentiation: adds to `g` the nodes that compute the gradient of a scalar with respect to `targets`,
 * given `seeds`, its gradient with respect to some values that are built already (a target's seed is where its sum
 * starts). Nodes from which no target can be reached are never visited, so frozen weights cost nothing.
 * Values in `stops` receive their gradient but do not pass it on; list them among the targets to get it. Only `nodes`
 * are walked, in reverse. Gradients are computed from the values of the forward pass, or from what `again` has in their
 * place: the same values, computed a second time.
 * @returns target → gradient, of the target's shape; targets that no seed depends on are absent
 * @throws naming op and node when a target is reached through an input that has no gradient
 */
export function differentiate(
  g: GraphBuilder,
  seeds: ReadonlyMap<Value, Value>,
  targets: readonly Value[],
  stops: ReadonlySet<Value> = new Set(),
  nodes: readonly GraphNode[] = g.builtNodes,
  again: ReadonlyMap<Value, Value> = new Map(),
): Map<Value, Value> {
  const grads = new Map<Value, Value>(seeds);
  const forward = [...nodes];
  const reaching = valuesReaching(forward, targets);
  for (const graphNode of forward.reverse()) {
    const { output } = graphNode;
    const dy = grads.get(output);
    if (dy && reaching.has(output) && !stops.has(output)) pullBack(g, graphNode, dy, grads, reaching, again);
  }
  return new Map(targets.flatMap((target) => (grads.has(target) ? [[target, grads.get(target)!]] : [])));
}

function pullBack(
  g: GraphBuilder,
  { node, output }: GraphNode,
  dy: Value,
  grads: Map<Value, Value>,
  reaching: ReadonlySet<Value>,
  again: ReadonlyMap<Value, Value>,
): void {
  const rules = gradientRules[node.op];
  const inputs = node.inputs.map((x) => x && (again.get(x) ?? x));
  const read = new Node(node.name, node.op, inputs, node.attributes);
  const y = again.get(output) ?? output;
  g.scoped(`${node.name}/gradient`, () => {
    node.inputs.forEach((x, index) => {
      const pullback = rules[Math.min(index, rules.length - 1)];
      if (!x || !pullback || !reaching.has(x)) return;
      const dx = g.sumTo(pullback(g, dy, read, y, index), x.shape);
      if (!sameShape(dx.shape, x.shape)) {
        throw new Error(
          `${node.op} node ${node.name}: gradient ${formatShape(dx.shape)} for ${formatShape(x.shape)}.`,
        );
      }
      const before = grads.get(x);
      grads.set(x, before ? g.add(before, dx) : dx);
    });
  });
}
