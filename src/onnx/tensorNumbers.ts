import type { ElementType } from '../graph/model.ts';
import { bfloat16ToNumber, float16ToNumber } from '../halfPrecision.ts';

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
