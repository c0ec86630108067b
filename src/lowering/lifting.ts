import type { GraphBuilder } from '../graph/builder.ts';
import type { Node, Shape, Value } from '../graph/graph.ts';
import type { Attributes, Initializer } from '../graph/model.ts';
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
  const quantized = quantizedTable(table);
  if (quantized && axis === 0) return gatherQuantized(g, quantized, table.shape, indices);
  return g.cast(g.gather(beforeLifting(table), indices, axis), table.elementType);
}

/** The node that dequantizes a stored 8-bit matrix (`dequantizedWeight`); rows of 4-bit types cannot be gathered. */
function quantizedTable(table: Value): Node | null {
  const node = table.node?.op === 'Reshape' ? table.node.input(0).node : null;
  if (node?.op !== 'DequantizeLinear' || table.shape.length !== 2) return null;
  const { elementType, node: source } = node.input(0);
  const isBlockedByRow = node.input(1).shape.length > 1 && node.int('axis', 2) === 1;
  const isStored = source === null && (elementType === 'int8' || elementType === 'uint8');
  return isStored && !isBlockedByRow ? node : null;
}

/** Gathered rows [.., width] with the scale of the table, of each row, of each column or of each block. */
function gatherQuantized(g: GraphBuilder, node: Node, shape: Shape, indices: Value): Value {
  const [scale, zeroPoint] = [node.input(1), node.inputs[2] ?? null];
  const rows = g.gather(g.reinterpret(node.input(0), node.input(0).elementType, shape), indices);
  const axis = { type: 'int', value: rows.shape.length - 1 } as const;
  const dequantize = (s: Value, zero: Value | null, attributes: Attributes = { axis }) =>
    g.op('DequantizeLinear', zero ? [rows, s, zero] : [rows, s], attributes);
  if (scale.shape.length > 1) {
    const flat = zeroPoint && g.reinterpret(zeroPoint, zeroPoint.elementType, zeroPoint.shape.slice(1));
    const scales = g.gather(g.reshape(scale, scale.shape.slice(1)), indices);
    const blockSize = { type: 'int', value: node.int('block_size', 0) } as const;
    return dequantize(scales, flat && g.gather(flat, indices), { axis, block_size: blockSize });
  }
  if (scale.shape.length === 0 || node.int('axis', 2) === 2) return dequantize(scale, zeroPoint);
  const ofRow = (x: Value) =>
    g.reshape(g.cast(g.gather(beforeLifting(x), indices), 'float32'), [...indices.shape, 1]);
  const values = dequantize(g.scalar(1), null);
  return g.mul(zeroPoint ? g.sub(values, ofRow(zeroPoint)) : values, ofRow(scale));
}

/** The first `count` rows of a matrix as float32; a half-precision weight is sliced before it is converted. */
export function leadingRows(g: GraphBuilder, table: Value, count: number): Value {
  if (table.shape[0]! < count) {
    throw new Error(`${table.name} has ${table.shape[0]} rows, the sequence is ${count} long`);
  }
  return g.cast(g.slice(beforeLifting(table), 0, 0, count), 'float32');
}
