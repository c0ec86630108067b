/** How a matrix is quantized: `bits` per value, one scale (and zero point) for every `blockSize` values of a row. */
export interface QuantizeOptions {
  readonly bits: 4 | 8;
  readonly blockSize: number;
  /** Stored zero points, for ranges that are not symmetric; without them the zero point is the middle, 8 or 128. */
  readonly zeroPoints: boolean;
}

/** A matrix [rows, columns] in the layout of com.microsoft MatMulNBits (its B, transposed: one row per output). */
export interface QuantizedMatrix {
  /** [rows, blocks, blockSize · bits / 8]; 4-bit values two to a byte, the first in the low half. */
  readonly quant: Uint8Array;
  /** [rows, blocks] */
  readonly scales: Float32Array;
  /** [rows, blocks · bits / 8 rounded up], packed as `quant`; null when all are the middle. */
  readonly zeroPoints: Uint8Array | null;
  readonly blocks: number;
}

/**
 * Block-wise quantization, value ≈ (q - zeroPoint) · scale, as onnxruntime's own quantizer does it: symmetric blocks put
 * the value of largest magnitude at the end of the range that reaches further; others map [min, max] with 0 inside.
 * The last block of a row is padded with zero points when `columns` is no multiple of the block size.
 * @param weights [rows, columns], row-major
 */
export function quantizeMatrix(
  weights: Float32Array,
  rows: number,
  columns: number,
  options: QuantizeOptions,
): QuantizedMatrix {
  const { bits, blockSize } = options;
  const blocks = Math.ceil(columns / blockSize);
  const values = new Uint8Array(rows * blocks * blockSize);
  const scales = new Float32Array(rows * blocks);
  const zeroPoints = new Uint8Array(rows * blocks);
  for (let block = 0; block < rows * blocks; block++) {
    const start = Math.floor(block / blocks) * columns + (block % blocks) * blockSize;
    const end = Math.min(start + blockSize, (Math.floor(block / blocks) + 1) * columns);
    const source = weights.subarray(start, end);
    const { scale, zeroPoint } = options.zeroPoints
      ? affineRange(source, bits)
      : symmetricRange(source, bits);
    scales[block] = scale;
    zeroPoints[block] = zeroPoint;
    quantizeBlock(
      source,
      values.subarray(block * blockSize, (block + 1) * blockSize),
      scale,
      zeroPoint,
      bits,
    );
  }
  return {
    quant: bits === 4 ? packRows(values, rows) : values,
    scales,
    zeroPoints: options.zeroPoints ? (bits === 4 ? packRows(zeroPoints, rows) : zeroPoints) : null,
    blocks,
  };
}

interface BlockRange {
  readonly scale: number;
  readonly zeroPoint: number;
}

function symmetricRange(block: Float32Array, bits: number): BlockRange {
  const half = 2 ** (bits - 1);
  let extreme = 0;
  for (const value of block) if (Math.abs(value) > Math.abs(extreme)) extreme = value;
  // The range reaches from -half to half - 1, so the extreme value goes to -half, with a negative scale if need be.
  return { scale: Math.fround(extreme / -half), zeroPoint: half };
}

function affineRange(block: Float32Array, bits: number): BlockRange {
  const largest = 2 ** bits - 1;
  let [min, max] = [0, 0];
  for (const value of block) {
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const scale = Math.fround((max - min) / largest);
  return { scale, zeroPoint: scale === 0 ? 0 : clamp(-min / scale, largest) };
}

function quantizeBlock(
  source: Float32Array,
  target: Uint8Array,
  scale: number,
  zeroPoint: number,
  bits: number,
) {
  const [inverse, largest] = [scale === 0 ? 0 : 1 / scale, 2 ** bits - 1];
  target.fill(zeroPoint);
  for (let i = 0; i < source.length; i++) target[i] = clamp(source[i]! * inverse + zeroPoint, largest);
}

function clamp(value: number, largest: number): number {
  return Math.min(largest, Math.max(0, Math.round(value)));
}

/** Two 4-bit values to a byte, each row padded to whole bytes. */
function packRows(values: Uint8Array, rows: number): Uint8Array {
  const width = values.length / rows;
  const packedWidth = Math.ceil(width / 2);
  const packed = new Uint8Array(rows * packedWidth);
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < width; i++) {
      const at = row * packedWidth + (i >> 1);
      packed[at] = packed[at]! | (values[row * width + i]! << (4 * (i & 1)));
    }
  }
  return packed;
}

/** The matrix [rows, columns] that a quantized one stands for. */
export function dequantizeMatrix(
  { quant, scales, zeroPoints, blocks }: QuantizedMatrix,
  rows: number,
  columns: number,
  { bits, blockSize }: QuantizeOptions,
): Float32Array {
  const weights = new Float32Array(rows * columns);
  const quantWidth = quant.length / rows;
  const zeroWidth = (zeroPoints?.length ?? 0) / rows;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const block = Math.floor(column / blockSize);
      const q = packedValue(quant, row * quantWidth, column, bits);
      const zeroPoint = zeroPoints ? packedValue(zeroPoints, row * zeroWidth, block, bits) : 2 ** (bits - 1);
      weights[row * columns + column] = (q - zeroPoint) * scales[row * blocks + block]!;
    }
  }
  return weights;
}

function packedValue(bytes: Uint8Array, start: number, index: number, bits: number): number {
  if (bits === 8) return bytes[start + index]!;
  return (bytes[start + (index >> 1)]! >> (4 * (index & 1))) & 15;
}
