import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import type { Initializer } from '../graph/model.ts';
import { gatherDequantized, isByteTable, type ByteTable } from './quantizedRows.ts';
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

/**
 * Entries of a table along `axis`. A table that is stored in fewer bits is gathered as it is stored: converting only
 * what was read spares a float32 copy of the whole vocabulary.
 */
export function gatherStored(g: GraphBuilder, table: Value, indices: Value, axis: number): Value {
  const quantized = axis === 0 ? quantizedTable(table) : null;
  if (quantized) return gatherDequantized(g, quantized, indices);
  return g.cast(g.gather(beforeLifting(table), indices, axis), table.elementType);
}

/** The stored matrix that a table was dequantized from by `dequantizedWeight`. */
function quantizedTable(table: Value): ByteTable | null {
  const node = table.node?.op === 'Reshape' ? table.node.input(0).node : null;
  if (node?.op !== 'DequantizeLinear' || table.shape.length !== 2 || !isByteTable(node.input(0))) return null;
  const [stored, scale, zeroPoint] = [node.input(0), node.input(1), node.inputs[2] ?? null];
  const [axis, blockSize] = [node.int('axis', 2) - 1, node.int('block_size', 0)];
  // Rows cannot be taken out of blocks that span rows.
  if (scale.shape.length > 1 && axis === 0) return null;
  return { table: stored, shape: table.shape, scale, zeroPoint, axis, blockSize };
}

/** The first `count` rows of a matrix as float32; a half-precision weight is sliced before it is converted. */
export function leadingRows(g: GraphBuilder, table: Value, count: number): Value {
  if (table.shape[0]! < count) {
    throw new Error(`${table.name} has ${table.shape[0]} rows, the sequence is ${count} long`);
  }
  return g.cast(g.slice(beforeLifting(table), 0, 0, count), 'float32');
}
