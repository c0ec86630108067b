import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { maskedScore } from './maskedScore.ts';

/** What the graph is told of rows that share a line of T tokens, as sequence packing has it. */
export interface Packing {
  /** int32 [B, T]: which row of the line a token belongs to, from 1 on; 0 for padding. */
  readonly segments: Value;
  /** int64 [B, T]: where in its row a token is, from 0 on. */
  readonly positions: Value;
  /** What attention made of which values, every row seeing itself only: noted by those who build it. */
  readonly attended: Map<Value, readonly Value[]>;
  /** Attention scores of which those between two rows were hidden. */
  readonly masked: Set<Value>;
}

/** Adds the inputs `segments` and `positions` of a packed batch. */
export function addPackingInputs(g: GraphBuilder, shape: readonly [number, number]): Packing {
  const segments = g.input('segments', 'int32', shape);
  const positions = g.input('positions', 'int64', shape);
  return { segments, positions, attended: new Map(), masked: new Set() };
}

/** f32 [B, 1, T, T]: `within` ([T, T], or a number) where two tokens are of the same row, else a large negative number. */
export function rowBias(g: GraphBuilder, { segments }: Packing, within: Value): Value {
  const [batch, length] = segments.shape as [number, number];
  const isSame = g.equal(
    g.reshape(segments, [batch, 1, length, 1]),
    g.reshape(segments, [batch, 1, 1, length]),
  );
  return g.where(isSame, within, g.scalar(maskedScore));
}

/** Whether every row counts 0, 1, 2, … */
export function countsFromZero(positions: Value, length: number): boolean {
  return positions.constant?.every((position, i) => position === i % length) ?? false;
}

/**
 * What stands for positions [1, T] or [B, T] that an export counts by itself: those that begin anew with every row.
 */
export function positionsWithin(indices: Value, packing: Packing | null): Value {
  const length = packing?.segments.shape[1];
  const isPerToken = indices.shape.length === 2 && indices.shape[1] === length;
  return packing && isPerToken && countsFromZero(indices, length!) ? packing.positions : indices;
}
