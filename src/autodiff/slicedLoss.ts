import type { GraphBuilder } from '../graph/builder.ts';
import type { Value } from '../graph/graph.ts';
import { differentiate } from './differentiate.ts';
import {
  chunksOf,
  likelihoodOf,
  logitGradients,
  sliceLogits,
  summed,
  sumsOf,
  tokenIds,
  type Chunk,
  type Likelihood,
  type Loss,
  type LossGradient,
  type LossHead,
  type SupervisionInputs,
  type TokenIds,
} from './loss.ts';

/** The loss, and what its gradient takes of it. */
export interface SlicedLoss extends Loss {
  readonly chunks: readonly (Chunk & Likelihood)[];
  readonly ids: TokenIds;
}

/**
 * `addLoss` with slices of the vocabulary outside and chunks of rows inside: every slice of the head's matrix is read
 * once for all rows, and no logits stay. The numbers are those of `addLoss`.
 */
export function addSlicedLoss(
  g: GraphBuilder,
  hidden: Value,
  head: LossHead,
  inputs: SupervisionInputs,
  chunk: number,
): SlicedLoss {
  const ids = tokenIds(g);
  const parts = chunksOf(g, hidden, inputs, chunk);
  const sums = head.slices.map((slice) =>
    parts.map(({ rows, labels }) => sumsOf(g, sliceLogits(g, head, slice, rows, labels, ids))),
  );
  const chunks = parts.map((part, i) => ({
    ...part,
    ...likelihoodOf(g, sums.map((slice) => slice[i]!), part.weights), // prettier-ignore
  }));
  return { ...summed(g, chunks), chunks, ids };
}

/**
 * The gradient of `addSlicedLoss`, slice by slice from the last to the first: the logits of a slice are computed a
 * second time. The numbers are those of `addLossGradient`, which keeps them.
 */
export function addSlicedLossGradient(
  g: GraphBuilder,
  head: LossHead,
  loss: SlicedLoss,
  targets: readonly Value[],
): Pick<LossGradient, 'rows' | 'targets'> {
  const known = new Map<Value, Value>();
  for (const slice of head.slices.toReversed()) {
    for (const { rows, labels, weights, logSum } of loss.chunks) {
      const logits = [sliceLogits(g, head, slice, rows, labels, loss.ids)];
      const wanted = [rows, ...targets];
      const soFar = wanted.flatMap((x) => (known.has(x) ? [[x, known.get(x)!] as const] : []));
      const seeds = new Map([...soFar, ...logitGradients(g, logits, logSum, weights)]);
      for (const [x, dx] of differentiate(g, seeds, wanted, new Set([rows]))) known.set(x, dx);
    }
  }
  return {
    rows: loss.chunks.map(({ rows }) => known.get(rows)!),
    targets: new Map(targets.flatMap((x) => (known.has(x) ? [[x, known.get(x)!]] : []))),
  };
}
