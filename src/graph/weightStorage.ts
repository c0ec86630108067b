import type { Graph } from './graph.ts';
import type { ElementType } from './model.ts';

/**
 * Where the weights of sessions lie, which decides how graphs read them:
 * - `mapped`: in files that are mapped into memory; bytes that are read as two types are there once all the same;
 * - `copied`: every weight is a copy of the session's own;
 * - `once`: the same, and the device can dequantize what `MatMulNBits` reads, so that no quantized matrix is copied twice;
 * - `shared`: as `once`, and in buffers that are fed, so that all sessions of a device share them.
 */
export type WeightStorage = 'mapped' | 'copied' | 'once' | 'shared';

/** A graph input that is fed with a weight, and where its bytes are. */
export interface WeightInput {
  readonly name: string;
  readonly elementType: ElementType;
  readonly dims: readonly number[];
  /** A weight file, as the model calls it. */
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** Element types of tensors that WebGPU's buffers can be fed as. */
const feedable: ReadonlySet<ElementType> = new Set(['float32', 'float16', 'int32', 'uint8']);

/**
 * What `graphs` read from files, each weight once; empty where something among it cannot be fed, so that either no session
 * reads files or every one reads all it needs.
 * @param fileName the file that weights without a location lie in
 */
export function weightInputs(graphs: readonly Graph[], fileName: string): readonly WeightInput[] {
  const inputs = new Map<string, WeightInput>();
  for (const { initializer } of graphs.flatMap(({ weights }) => weights)) {
    const { name, elementType, dims, data } = initializer;
    if ('bytes' in data) continue;
    if (!feedable.has(elementType) || data.length === 0) return [];
    const { location, offset, length } = data;
    inputs.set(name, { name, elementType, dims, path: location || fileName, offset, length });
  }
  return [...inputs.values()];
}

/** The graph with `inputs` fed instead of stored. */
export function feedWeights(graph: Graph, inputs: readonly WeightInput[]): Graph {
  const fed = new Set(inputs.map(({ name }) => name));
  const isFed = ({ value }: Graph['weights'][number]) => fed.has(value.name);
  return {
    ...graph,
    inputs: [...graph.inputs, ...graph.weights.filter(isFed).map(({ value }) => value)],
    weights: graph.weights.filter((weight) => !isFed(weight)),
  };
}
