import type { ElementType } from '../graph/model.ts';

/** Code in TensorProto.DataType and width in bits (0: variable) of every element type. */
const elementTypes: Record<ElementType, { readonly code: number; readonly bits: number }> = {
  float32: { code: 1, bits: 32 },
  uint8: { code: 2, bits: 8 },
  int8: { code: 3, bits: 8 },
  uint16: { code: 4, bits: 16 },
  int16: { code: 5, bits: 16 },
  int32: { code: 6, bits: 32 },
  int64: { code: 7, bits: 64 },
  string: { code: 8, bits: 0 },
  bool: { code: 9, bits: 8 },
  float16: { code: 10, bits: 16 },
  float64: { code: 11, bits: 64 },
  uint32: { code: 12, bits: 32 },
  uint64: { code: 13, bits: 64 },
  bfloat16: { code: 16, bits: 16 },
  float8e4m3fn: { code: 17, bits: 8 },
  float8e4m3fnuz: { code: 18, bits: 8 },
  float8e5m2: { code: 19, bits: 8 },
  float8e5m2fnuz: { code: 20, bits: 8 },
  uint4: { code: 21, bits: 4 },
  int4: { code: 22, bits: 4 },
  float4e2m1: { code: 23, bits: 4 },
  float8e8m0: { code: 24, bits: 8 },
  uint2: { code: 25, bits: 2 },
  int2: { code: 26, bits: 2 },
};

const typeOfCode = new Map(
  (Object.keys(elementTypes) as ElementType[]).map((type) => [elementTypes[type].code, type] as const),
);

/** The element type of a TensorProto.DataType code; undefined for codes that the IR has no name for. */
export function elementTypeOf(code: number): ElementType | undefined {
  return typeOfCode.get(code);
}

/** The TensorProto.DataType code of an element type. */
export function elementTypeCode(type: ElementType): number {
  return elementTypes[type].code;
}

/** Bytes that a tensor takes in `raw_data`: sub-byte types are packed, the last byte padded. Strings count 0. */
export function byteLengthOf(type: ElementType, dims: readonly number[]): number {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return Math.ceil((count * elementTypes[type].bits) / 8);
}
