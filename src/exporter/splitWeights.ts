import type { Initializer, Model } from '../graph/model.ts';

/** Weights of at least this many bytes move out; constants stay with the graph. */
const smallestExternal = 1024;
/** onnxruntime maps external data into memory where it begins at a multiple of the page size. */
const alignment = 4096;

export interface SplitModel {
  /** The model with its large weights referring to the data file. */
  readonly model: Model;
  /** The data file in pieces, to be written one after the other. */
  readonly pieces: readonly Uint8Array[];
}

/**
 * Moves a model's large weights from memory to a data file beside the graph. Needed from 2 GiB on, where a graph with its weights is more than protobuf can hold.
 * @param location name of the data file, `model_q4.onnx_data`
 */
export function splitWeights(model: Model, location: string): SplitModel {
  const pieces: Uint8Array[] = [];
  let end = 0;
  const place = (bytes: Uint8Array): number => {
    const offset = Math.ceil(end / alignment) * alignment;
    pieces.push(new Uint8Array(offset - end), bytes);
    end = offset + bytes.length;
    return offset;
  };
  const split = (initializer: Initializer): Initializer => {
    const { data } = initializer;
    if (!('bytes' in data) || data.bytes.length < smallestExternal) return initializer;
    return { ...initializer, data: { location, offset: place(data.bytes), length: data.bytes.length } };
  };
  const initializers = model.graph.initializers.map(split);
  return { model: { ...model, graph: { ...model.graph, initializers } }, pieces };
}
