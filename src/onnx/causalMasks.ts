import type { Initializer, Model, WeightRef } from '../graph/model.ts';

/** Masks of at most this many bytes: a context of 4,096 tokens. */
const largestMask = 1 << 24;

/**
 * The causal masks that older decoders keep as a buffer per layer, bool or uint8 [1, 1, N, N], inside the model file.
 * Unlike a weight's, their contents are wanted while a graph is compiled: the part that a batch uses is a constant.
 */
export function causalMasks({ graph }: Model): { readonly mask: Initializer; readonly data: WeightRef }[] {
  return graph.initializers.flatMap((mask) => {
    const { data } = mask;
    const isInFile = 'location' in data && data.location === '' && data.length <= largestMask;
    return isInFile && isSquareMask(mask) ? [{ mask, data }] : [];
  });
}

const isSquareMask = ({ elementType, dims }: Initializer): boolean =>
  (elementType === 'bool' || elementType === 'uint8') &&
  dims.length === 4 &&
  dims[0] === 1 &&
  dims[1] === 1 &&
  dims[2] === dims[3];

/** The model with the bytes of its causal masks at hand; equal masks share theirs. */
export function withCausalMasks(model: Model, read: ReadonlyMap<Initializer, Uint8Array>): Model {
  const distinct: Uint8Array[] = [];
  const shared = (bytes: Uint8Array) => {
    const known = distinct.find(
      (other) => other.length === bytes.length && other.every((x, i) => x === bytes[i]),
    );
    if (!known) distinct.push(bytes);
    return known ?? bytes;
  };
  const initializers = model.graph.initializers.map((initializer) => {
    const bytes = read.get(initializer);
    return bytes ? { ...initializer, data: { bytes: shared(bytes) } } : initializer;
  });
  return { ...model, graph: { ...model.graph, initializers } };
}
