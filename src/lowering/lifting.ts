import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { Initializer } from '../graph/model.ts';
import { isLifted, readConstant } from './readConstant.ts';

/** An initializer as a value: small ones as constants, weights by reference, half-precision ones lifted to float32. */
export function liftInitializer(g: GraphBuilder, initializer: Initializer): Value {
  const constant = readConstant(g, initializer);
  if (constant) return constant;
  const weight = g.weight(initializer);
  return isLifted(weight.elementType) ? g.scoped(weight.name, () => g.cast(weight, 'float32')) : weight;
}

/** The stored weight behind a lifted one, so that a large table can be sliced or gathered before it is converted. */
export function beforeLifting(value: Value): Value {
  const source = value.node?.op === 'Cast' ? value.node.input(0) : null;
  return source && source.node === null && isLifted(source.elementType) ? source : value;
}

/** The first `count` rows of a matrix as float32; a half-precision weight is sliced before it is converted. */
export function leadingRows(g: GraphBuilder, table: Value, count: number): Value {
  if (table.shape[0]! < count) {
    throw new Error(`${table.name} has ${table.shape[0]} rows, the sequence is ${count} long`);
  }
  return g.cast(g.slice(beforeLifting(table), 0, 0, count), 'float32');
}
