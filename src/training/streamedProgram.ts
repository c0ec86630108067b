import type { BatchShape } from './batches.ts';

/** Where some of a piece's weights come from. */
export type PieceSource =
  | { readonly path: string; readonly offset: number }
  /** Of a table of `rows` rows, `rowBytes` each, only those that the batch's tokens name. */
  | { readonly path: string; readonly offset: number; readonly rowBytes: number; readonly rows: number }
  /** The same byte throughout. */
  | { readonly fill: number };

/** Weights, and where they go in the bytes that the piece's session is given. */
export type PieceRange = PieceSource & { readonly at: number; readonly length: number };

/** One of the graphs that a step is cut into. */
export interface StreamedPiece {
  /** Encoded; its initializers lie in the file `weightsPath`. */
  readonly graph: Uint8Array;
  readonly weights: { readonly length: number; readonly ranges: readonly PieceRange[] };
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** What the graphs of pieces call the file with their weights. */
export const weightsPath = 'weights';

/** The input of pieces that are handed the rows of the batch's tokens alone: 0, 1, 2, … in the shape of `input_ids`. */
export const countedTokens = 'counted_tokens';

/** What a step costs, or a microbatch of it. */
export interface StreamingCost {
  /** Sessions that are created one after another. */
  readonly pieces: number;
  /** Bytes of weights that are read from files. */
  readonly bytesRead: number;
  /** What is computed, in forward passes. Keeping everything in memory spares one of them. */
  readonly forwardPasses: number;
}

/** A training step in pieces that are run one after another, each with its own weights, for one batch shape. */
export interface StreamedProgram extends BatchShape {
  /** Lead to `loss`. */
  readonly forward: readonly StreamedPiece[];
  /** Lead from there to the gradients. */
  readonly backward: readonly StreamedPiece[];
  /** `gradient_out` [P]: the gradients together, added to those of earlier microbatches. Reads no weights. */
  readonly finish: StreamedPiece;
  /** Clipping and AdamW over the flat parameter vector. */
  readonly optimizerGraph: Uint8Array;
  readonly layout: { readonly size: number };
}
