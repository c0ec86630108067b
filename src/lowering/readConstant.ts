import type { GraphBuilder } from '../graph/builder.ts';
import { sizeOf, type Value } from '../graph/graph.ts';
import type { ElementType, Initializer } from '../graph/model.ts';
import { float16ToNumber } from '../halfPrecision.ts';

type Reader = (view: DataView, index: number) => number;

const readers: Partial<Record<ElementType, { readonly size: number; readonly read: Reader }>> = {
  int64: { size: 8, read: (view, i) => Number(view.getBigInt64(i * 8, true)) },
  int32: { size: 4, read: (view, i) => view.getInt32(i * 4, true) },
  int8: { size: 1, read: (view, i) => view.getInt8(i) },
  uint8: { size: 1, read: (view, i) => view.getUint8(i) },
  bool: { size: 1, read: (view, i) => view.getUint8(i) },
  float32: { size: 4, read: (view, i) => view.getFloat32(i * 4, true) },
  float64: { size: 8, read: (view, i) => view.getFloat64(i * 8, true) },
  float16: { size: 2, read: (view, i) => float16ToNumber(view.getUint16(i * 2, true)) },
};

/**
 * Integer tensors are shapes, indices and masks, wanted for folding; of float tensors only scalars and short rows are, of
 * bytes only single ones (zero points).
 */
const largestFolded: Partial<Record<ElementType, number>> = {
  int64: 1 << 20, int32: 1 << 20, bool: 1 << 20, float32: 16, float64: 16, float16: 16, int8: 1, uint8: 1,
}; // prettier-ignore

const lifted: ReadonlySet<ElementType> = new Set(['float16', 'bfloat16', 'float64']);

/** Whether values of this type become float32 in a training graph. */
export const isLifted = (type: ElementType): boolean => lifted.has(type);

/** The element type that a training graph computes in for a source type: float32 for every float. */
export const liftedType = (type: ElementType): ElementType => (isLifted(type) ? 'float32' : type);

/** Causal masks [1, 1, N, N] of bool or bytes, of which a batch uses a corner: a context of 4,096 tokens. */
const largestMask = 1 << 24;

const foldedUpTo = ({ elementType, dims }: Initializer): number =>
  (elementType === 'bool' || elementType === 'uint8') && dims.length === 4
    ? largestMask
    : (largestFolded[elementType] ?? 0);

/** What was read of bytes that several layers share. */
const maskContents = new WeakMap<Uint8Array, Float64Array>();

/** A small tensor whose bytes are at hand, as a constant; `null` when it is large, external or of another kind. */
export function readConstant(g: GraphBuilder, initializer: Initializer): Value | null {
  const { elementType, dims, data } = initializer;
  const reader = readers[elementType];
  const count = sizeOf(dims);
  if (!reader || !('bytes' in data) || count > foldedUpTo(initializer)) return null;
  if (data.bytes.length < count * reader.size) return null;
  const known = dims.length === 4 ? maskContents.get(data.bytes) : undefined;
  const contents = known ?? readNumbers(data.bytes, count, reader.read);
  if (dims.length === 4) maskContents.set(data.bytes, contents);
  return g.constant(liftedType(elementType), dims, contents);
}

function readNumbers(bytes: Uint8Array, count: number, read: Reader): Float64Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float64Array.from({ length: count }, (_, i) => read(view, i));
}
