import type { GraphBuilder } from '../graph/builder.ts';
import type { Shape, Value } from '../graph/graph.ts';
import type { QuantizedAxis } from './dequantizedWeight.ts';

/** Whether a value is a matrix stored in bytes, whose rows can be gathered; those of 4-bit types cannot. */
export function isByteTable({ elementType, shape, node, constant }: Value): boolean {
  const isStored = node === null && constant === null;
  return isStored && (elementType === 'int8' || elementType === 'uint8') && shape.length >= 2;
}

/** An 8-bit table with its scales as DequantizeLinear takes them: a scalar, one axis' or, of the table's rank, blocks. */
export interface ByteTable extends QuantizedAxis {
  readonly table: Value;
  /** [rows, width], whatever shape the table is stored in. */
  readonly shape: Shape;
  readonly scale: Value;
  readonly zeroPoint: Value | null;
}

/** Rows [.., width] of a quantized table as floats: gathered as bytes, so that only what is read is converted. */
export function gatherDequantized(g: GraphBuilder, from: ByteTable, indices: Value): Value {
  const { table, shape, scale, zeroPoint, axis, blockSize } = from;
  const isBlocked = scale.shape.length > 1;
  const unsigned = floats(g, g.gather(g.reinterpret(table, 'uint8', shape), indices));
  const rows = table.elementType === 'int8' ? signed(g, unsigned) : unsigned;
  const ofRows = (x: Value): Value => {
    if (isBlocked) {
      const blocks = g.gather(g.reshape(x, [shape[0]!, shape[1]! / blockSize]), indices);
      return g.reshape(blocks, [...blocks.shape, 1]);
    }
    if (x.shape.length === 0 || axis === 1) return x;
    return g.reshape(g.gather(x, indices), [...indices.shape, 1]);
  };
  const values = isBlocked ? g.reshape(rows, [...indices.shape, shape[1]! / blockSize, blockSize]) : rows;
  const centred = zeroPoint ? g.sub(values, ofRows(floats(g, zeroPoint))) : values;
  return g.reshape(g.mul(centred, ofRows(scale)), rows.shape);
}

/** Bytes as floats, by the op that onnxruntime never folds into a wide copy. */
const floats = (g: GraphBuilder, bytes: Value) =>
  bytes.constant ? g.cast(bytes, 'float32') : g.op('DequantizeLinear', [bytes, g.scalar(1)]);

/** Two's complement of bytes that were gathered without their sign: WebGPU has no Gather for int8. */
const signed = (g: GraphBuilder, bytes: Value) =>
  g.sub(bytes, g.scale(g.op('Floor', [g.scale(bytes, 1 / 128)]), 256));
