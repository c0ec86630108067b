import type { GraphBuilder } from '../graph/builder.ts';
import { sizeOf, type Value } from '../graph/graph.ts';

/**
 * `x`, available only once `earlier` has been computed. Runtimes order nodes as they like within what data dependencies
 * allow, and merge nodes that compute the same thing; so the dependency is made of data: 0 times an element of `earlier`
 * is added, which no optimizer may drop, since it would be NaN for an infinite element.
 */
export function after(g: GraphBuilder, x: Value, earlier: Value): Value {
  return g.scoped('/after', () => {
    const element = g.slice(g.reshape(earlier, [sizeOf(earlier.shape)]), 0, 0, 1);
    return g.add(x, g.scale(element, 0));
  });
}
