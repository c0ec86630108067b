import type { ElementType } from '../graph/model.ts';
import type { TensorProto } from './generated/onnx_pb.ts';

const asBytes = (tensor: TensorProto): ArrayBufferView => Uint8Array.from(tensor.int32Data);
const asHalves = (tensor: TensorProto): ArrayBufferView => Uint16Array.from(tensor.int32Data);

/**
 * Which typed field holds a type's values, as the words that `raw_data` would hold. Types narrower than a byte come
 * packed, one byte per entry. `null` for strings, which have no raw form. (JavaScript hosts are little-endian.)
 */
const typedFields: Record<ElementType, ((tensor: TensorProto) => ArrayBufferView) | null> = {
  float32: (tensor) => Float32Array.from(tensor.floatData),
  float64: (tensor) => Float64Array.from(tensor.doubleData),
  int64: (tensor) => BigInt64Array.from(tensor.int64Data),
  uint64: (tensor) => BigUint64Array.from(tensor.uint64Data),
  uint32: (tensor) => Uint32Array.from(tensor.uint64Data, Number),
  int32: (tensor) => Int32Array.from(tensor.int32Data),
  float16: asHalves,
  bfloat16: asHalves,
  int16: asHalves,
  uint16: asHalves,
  int8: asBytes,
  uint8: asBytes,
  bool: asBytes,
  float8e4m3fn: asBytes,
  float8e4m3fnuz: asBytes,
  float8e5m2: asBytes,
  float8e5m2fnuz: asBytes,
  float8e8m0: asBytes,
  int4: asBytes,
  uint4: asBytes,
  float4e2m1: asBytes,
  int2: asBytes,
  uint2: asBytes,
  string: null,
};

/** A tensor's values as `raw_data` holds them (little-endian, packed), from whichever field has them; a copy. */
export function rawBytesOf(tensor: TensorProto, type: ElementType): Uint8Array {
  if (tensor.rawData.length > 0) return tensor.rawData.slice();
  const words = typedFields[type]?.(tensor);
  return words ? new Uint8Array(words.buffer, words.byteOffset, words.byteLength) : new Uint8Array(0);
}
