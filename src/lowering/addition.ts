import type { GraphBuilder } from '../graph/builder.ts';
import { broadcastShapes } from '../graph/broadcast.ts';
import { sameShape, sizeOf, type Value } from '../graph/graph.ts';
import { required, type Lowering } from './lowering.ts';

/**
 * A sum. Traced attention adds a mask that is all zeros once nothing is padded, or that says the same of every row of
 * the batch: the first is left out, of the second one row is kept.
 */
export const add: Lowering = (g, inputs, _node, { shared }) => {
  const [a, b] = [required(inputs, 0), required(inputs, 1)];
  if (a.constant && b.constant) return [g.add(a, b)];
  if (addsNothing(b, a)) return [a];
  if (addsNothing(a, b)) return [b];
  const once = (x: Value) => (x.constant ? shared(`one row of ${x.name}`, () => rowForAll(g, x)) : x);
  return [g.add(once(a), once(b))];
};

const addsNothing = (x: Value, to: Value): boolean =>
  x.constant !== null &&
  sameShape(broadcastShapes(x.shape, to.shape), to.shape) &&
  x.constant.every((v) => v === 0);

/** A constant [B, .., ..] whose rows are equal, as [1, .., ..]. */
function rowForAll(g: GraphBuilder, x: Value): Value {
  const [rows = 1, ...rest] = x.shape;
  const contents = x.constant!;
  const size = sizeOf(rest);
  const isSame = rest.length >= 2 && rows > 1 && contents.every((v, i) => v === contents[i % size]);
  return isSame ? g.constant(x.elementType, [1, ...rest], contents.slice(0, size)) : x;
}
