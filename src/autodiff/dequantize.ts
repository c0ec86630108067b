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
  if (bits === 4 && zeroPoints && blocks % 2 !== 0) return gatherAll(g, node, scales, zeroPoints);
  const type = bits === 4 ? 'uint4' : 'uint8';
  const weights = g.reinterpret(node.input(1), type, [rows, width]);
  const zeros = zeroPoints
    ? g.reinterpret(zeroPoints, type, [rows, blocks])
    : filled(g, node.input(1).name, type, [rows, blocks], middle[bits]);
  return g.op('DequantizeLinear', [weights, scales, zeros], {
    axis: { type: 'int', value: 1 },
    block_size: { type: 'int', value: block },
  });
}

/** Zero points of an odd number of blocks are padded to whole bytes per row, which only GatherBlockQuantized reads. */
function gatherAll(g: GraphBuilder, node: Node, scales: Value, zeroPoints: Value): Value {
  const [rows, width, block] = [node.int('N', 0), node.int('K', 0), node.int('block_size', 32)];
  const packed = g.reinterpret(node.input(1), 'uint8', [rows, width / 2]);
  const every = g.ints(Array.from({ length: rows }, (_, i) => i));
  return g.op('GatherBlockQuantized', [packed, every, scales, zeroPoints], {
    bits: { type: 'int', value: 4 },
    block_size: { type: 'int', value: block },
    gather_axis: { type: 'int', value: 0 },
    quantize_axis: { type: 'int', value: 1 },
  });
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
