import { sizeOf, type Graph, type Value } from './graph/graph.ts';
import type { Initializer, WeightData, WeightRef } from './graph/model.ts';
import { countRows } from './graph/tableRows.ts';
import { toModel } from './graph/toModel.ts';
import { encodeModel } from './onnx/encode.ts';
import {
  countedTokens,
  weightsPath,
  type PieceRange,
  type PieceSource,
  type StreamedPiece,
} from './training/streamedProgram.ts';

/** What a piece must know of its surroundings to be encoded. */
export interface PieceContext {
  /** The decoder's file name, which weights stored inside the file are read from. */
  readonly fileName: string;
  /** Weights of which only the rows of the batch's tokens are handed over. */
  readonly tables: ReadonlySet<Value>;
  /** The batch's tokens, [B, T]. */
  readonly inputIds: Value;
}

/**
 * Encodes a piece so that its weights lie one after another in a file of its own, each stretch of the model's files once
 * even where it is read as two types.
 */
export function compilePiece(graph: Graph, context: PieceContext): StreamedPiece {
  const file = new PieceFile(context);
  const counted = { ...context.inputIds, name: countedTokens };
  const counting = countRows(graph, context.tables, counted);
  const weights = graph.weights.map(({ value, initializer }) => ({
    value,
    initializer: file.place(initializer, context.tables.has(value)),
  }));
  return {
    graph: encodeModel(toModel({ ...counting, weights })),
    weights: { length: file.length, ranges: file.ranges },
    inputs: counting.inputs.map(({ name }) => name),
    outputs: graph.outputs.map(({ name }) => name),
  };
}

/** Bytes between the starts of weights are multiples of this, for kernels that read words. */
const alignment = 64;

/** Shorter weights stay in the graph. */
const smallestFill = 4096;

class PieceFile {
  length = 0;
  readonly ranges: PieceRange[] = [];
  readonly #context: PieceContext;
  readonly #places = new Map<string, number>();

  constructor(context: PieceContext) {
    this.#context = context;
  }

  place(initializer: Initializer, isTable: boolean): Initializer {
    const { data, dims } = initializer;
    if (isTable && 'location' in data) return this.#placeRows(initializer, data, dims[0]!);
    const fill = uniformByte(data);
    if ('bytes' in data && fill === null) return initializer;
    const length = 'bytes' in data ? data.bytes.length : data.length;
    const source = 'bytes' in data ? { fill: fill! } : this.#sourceOf(data);
    return { ...initializer, data: this.#at(source, length) };
  }

  /** As many rows as there are tokens, of the `rows` that the table has. */
  #placeRows(initializer: Initializer, data: WeightRef, rows: number): Initializer {
    const tokens = sizeOf(this.#context.inputIds.shape);
    const rowBytes = data.length / rows;
    const dims = [tokens, ...initializer.dims.slice(1)];
    return {
      ...initializer,
      dims,
      data: this.#at({ ...this.#sourceOf(data), rowBytes, rows }, tokens * rowBytes),
    };
  }

  #sourceOf({ location, offset }: WeightRef) {
    return { path: location || this.#context.fileName, offset };
  }

  #at(source: PieceSource, length: number): WeightData {
    const key = JSON.stringify([source, length]);
    const known = this.#places.get(key);
    const at = known ?? this.length;
    if (known === undefined) {
      this.#places.set(key, at);
      this.ranges.push({ at, length, ...source });
      this.length = Math.ceil((at + length) / alignment) * alignment;
    }
    return { location: weightsPath, offset: at, length };
  }
}

/** The byte that long contents consist of; null for others. */
function uniformByte(data: WeightData): number | null {
  if (!('bytes' in data) || data.bytes.length < smallestFill) return null;
  const [first] = data.bytes;
  return data.bytes.every((byte) => byte === first) ? first! : null;
}
