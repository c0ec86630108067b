import type { ElementType } from '../graph/model.ts';

type ReadElement = (view: DataView, index: number) => number;

/** How one element is read from raw bytes; `null` where the IR never needs the values as numbers. */
const readers: Record<ElementType, ReadElement | null> = {
  float32: (view, i) => view.getFloat32(4 * i, true),
  float64: (view, i) => view.getFloat64(8 * i, true),
  float16: (view, i) => float16ToNumber(view.getUint16(2 * i, true)),
  bfloat16: (view, i) => bfloat16ToNumber(view.getUint16(2 * i, true)),
  int64: (view, i) => Number(view.getBigInt64(8 * i, true)),
  uint64: (view, i) => Number(view.getBigUint64(8 * i, true)),
  int32: (view, i) => view.getInt32(4 * i, true),
  uint32: (view, i) => view.getUint32(4 * i, true),
  int16: (view, i) => view.getInt16(2 * i, true),
  uint16: (view, i) => view.getUint16(2 * i, true),
  int8: (view, i) => view.getInt8(i),
  uint8: (view, i) => view.getUint8(i),
  bool: (view, i) => view.getUint8(i),
  uint4: (view, i) => nibble(view, i),
  int4: (view, i) => (nibble(view, i) << 28) >> 28,
  uint2: (view, i) => crumb(view, i),
  int2: (view, i) => (crumb(view, i) << 30) >> 30,
  string: null,
  float8e4m3fn: null,
  float8e4m3fnuz: null,
  float8e5m2: null,
  float8e5m2fnuz: null,
  float8e8m0: null,
  float4e2m1: null,
};

const bitsPerElement: Partial<Record<ElementType, number>> = { uint4: 4, int4: 4, uint2: 2, int2: 2 };

/**
 * The elements of a small tensor as numbers (int64 beyond 2^53 rounded).
 * @param bytes raw little-endian bytes, sub-byte types packed low bits first
 * @param count elements; needed where packing leaves it open, by default as many as the bytes hold
 * @throws Error for types that have no reader here
 */
export function tensorNumbers(bytes: Uint8Array, type: ElementType, count?: number): number[] {
  const read = readers[type];
  if (!read) throw new Error(`Elements of type ${type} cannot be read as numbers.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = count ?? Math.floor((bytes.length * 8) / (bitsPerElement[type] ?? 8 * wordBytes(type)));
  return Array.from({ length }, (_, i) => read(view, i));
}

function wordBytes(type: ElementType): number {
  if (type.endsWith('64')) return 8;
  if (type.endsWith('32')) return 4;
  return type.endsWith('16') ? 2 : 1;
}

function nibble(view: DataView, i: number): number {
  return (view.getUint8(i >> 1) >> (4 * (i & 1))) & 15;
}

function crumb(view: DataView, i: number): number {
  return (view.getUint8(i >> 2) >> (2 * (i & 3))) & 3;
}

/** IEEE 754 half precision to a number, exactly. */
export function float16ToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** bfloat16 (the upper half of a float32) to a number, exactly. */
export function bfloat16ToNumber(half: number): number {
  scratch.setUint32(0, (half << 16) >>> 0);
  return scratch.getFloat32(0);
}

/** A number to half precision bits, rounded to nearest even; beyond the range it becomes infinite. */
export function numberToFloat16(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 halves are multiples of 2^-24; adding 0.5 as float32 makes the hardware round to exactly those.
  if (magnitude < 0x38800000) return sign | roundedSubnormal(magnitude);
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

function roundedSubnormal(magnitude: number): number {
  scratch.setUint32(0, magnitude);
  scratch.setFloat32(0, scratch.getFloat32(0) + 0.5);
  return scratch.getUint32(0) - 0x3f000000;
}
