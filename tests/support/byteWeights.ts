/** A matrix [rows, columns] in 8 bits, with one scale and zero point for all of it or one for each column. */
export interface ByteMatrix {
  readonly type: 'int8' | 'uint8';
  readonly bytes: Uint8Array;
  /** One, or `columns` of them. */
  readonly scales: Float32Array;
  readonly zeroPoints: Uint8Array;
  /** The numbers that the bytes stand for. */
  readonly values: Float32Array;
}

/** onnxruntime's affine quantization: the range, 0 included, spread over all codes. */
export function quantizeBytes(
  source: Float32Array,
  columns: number,
  type: 'int8' | 'uint8',
  perColumn: boolean,
): ByteMatrix {
  const groups = perColumn ? columns : 1;
  const lowest = type === 'int8' ? -128 : 0;
  const [low, high] = [new Float64Array(groups), new Float64Array(groups)];
  source.forEach((x, i) => {
    low[i % groups] = Math.min(low[i % groups]!, x);
    high[i % groups] = Math.max(high[i % groups]!, x);
  });
  const scales = Float32Array.from(low, (x, i) => (high[i]! - x) / 255);
  const zeros = Array.from(low, (x, i) => lowest + Math.round(-x / scales[i]!));
  const codes = Array.from(source, (x, i) => {
    const code = Math.round(x / scales[i % groups]!) + zeros[i % groups]!;
    return Math.min(lowest + 255, Math.max(lowest, code));
  });
  return {
    type,
    bytes: Uint8Array.from(codes),
    scales,
    zeroPoints: Uint8Array.from(zeros),
    values: Float32Array.from(codes, (code, i) => (code - zeros[i % groups]!) * scales[i % groups]!),
  };
}

const nf4 = [
  -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
  -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
  0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
]; // prettier-ignore
const fp4 = [0, 1 / 192, 2 / 3, 1, 1 / 3, 1 / 2, 1 / 6, 1 / 4];

/** bitsandbytes' 4-bit form of a flat array: the nearest of 16 levels times the largest magnitude of its block. */
export function quantizeBnb4(source: Float32Array, blockSize: number, quantType: 0 | 1) {
  const levels = quantType === 1 ? nf4 : [...fp4, ...fp4.map((x) => -x)];
  const absmax = Float32Array.from({ length: source.length / blockSize }, (_, block) =>
    source
      .subarray(block * blockSize, (block + 1) * blockSize)
      .reduce((max, x) => Math.max(max, Math.abs(x)), 0),
  );
  const codes = Array.from(source, (x, i) => {
    const distance = (level: number) => Math.abs(level - x / absmax[Math.floor(i / blockSize)]!);
    return levels.reduce((best, level, code) => (distance(level) < distance(levels[best]!) ? code : best), 0);
  });
  return {
    packed: Uint8Array.from({ length: codes.length / 2 }, (_, i) => (codes[2 * i]! << 4) | codes[2 * i + 1]!),
    absmax,
    values: Float32Array.from(codes, (code, i) => levels[code]! * absmax[Math.floor(i / blockSize)]!),
  };
}
