import type { GraphBuilder } from '../graph/builder.ts';
import type { Node, Value } from '../graph/graph.ts';

/** MatMulNBits without zero points means the middle of the range. */
const middle = { 4: 8, 8: 128 } as const;

/**
 * The weight matrix [N, K] of a MatMulNBits node as floats, read from the same bytes: B [N, K/block, block·bits/8] is
 * a blocked `uint4` or `uint8` matrix [N, K], low nibble first.
 */
export function dequantize(g: GraphBuilder, node: Node): Value {
  const [rows, width, bits, block] = [
    node.int('N', 0),
    node.int('K', 0),
    node.int('bits', 4),
    node.int('block_size', 32),
  ];
  if (bits !== 4 && bits !== 8)
    throw new Error(`MatMulNBits node ${node.name}: ${bits} bits are not supported, 4 and 8 are.`);
  if (width % block !== 0) {
    throw new Error(
      `MatMulNBits node ${node.name}: K = ${width} must be a multiple of block_size = ${block}.`,
    );
  }
  const blocks = width / block;
  const scales = g.reshape(node.input(2), [rows, blocks]);
  const zeroPoints = node.inputs[3] ?? null;
  const isPadded = bits === 4 && zeroPoints !== null && blocks % 2 !== 0;
  const type = bits === 4 ? 'uint4' : 'uint8';
  const weights = g.reinterpret(node.input(1), type, [rows, width]);
  const zeros =
    zeroPoints && !isPadded
      ? g.reinterpret(zeroPoints, type, [rows, blocks])
      : filled(g, node.input(1).name, type, [rows, blocks], middle[bits]);
  const dequantized = g.op('DequantizeLinear', [weights, scales, zeros], {
    axis: { type: 'int', value: 1 },
    block_size: { type: 'int', value: block },
  });
  return isPadded ? shiftBlocks(g, dequantized, scales, zeroPoints) : dequantized;
}

/**
 * Zero points of an odd number of blocks are padded to whole bytes per row, which DequantizeLinear cannot read: dequantize
 * around the middle, then shift every block by (middle − zero point) · scale.
 */
function shiftBlocks(g: GraphBuilder, centred: Value, scales: Value, zeroPoints: Value): Value {
  const [rows, blocks] = scales.shape as [number, number];
  const bytes = g.cast(g.reshape(zeroPoints, [rows, Math.ceil(blocks / 2), 1]), 'float32');
  const high = g.op('Floor', [g.scale(bytes, 1 / 16)]);
  const low = g.sub(bytes, g.scale(high, 16));
  const padded = g.reshape(g.concat([low, high], 2), [rows, 2 * Math.ceil(blocks / 2)]);
  const shift = g.mul(g.sub(g.scalar(middle[4]), g.slice(padded, 1, 0, blocks)), scales);
  const width = centred.shape[1]!;
  const perBlock = g.reshape(centred, [rows, blocks, width / blocks]);
  return g.reshape(g.add(perBlock, g.reshape(shift, [rows, blocks, 1])), [rows, width]);
}

/** Equal zero points for every block, as a weight, since 4-bit types exist only as initializers. */
function filled(
  g: GraphBuilder,
  of: string,
  elementType: 'uint4' | 'uint8',
  shape: readonly [number, number],
  value: number,
): Value {
  const count = shape[0] * shape[1];
  const bytes =
    elementType === 'uint4'
      ? new Uint8Array(Math.ceil(count / 2)).fill(value * 17)
      : new Uint8Array(count).fill(value);
  return g.weight({ name: `${of}_zero_points`, elementType, dims: shape, data: { bytes } });
}
