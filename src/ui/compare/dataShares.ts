import type { EvaluatedModel, Report } from '../../workerApi/runEvent.ts';

/** A model trained on a share of what was written, and its F1. */
export interface DataPoint {
  /** In [0, 1]; 0 is the examples alone. */
  readonly share: number;
  readonly heldOut: number;
  /** On general tasks; null where they were not asked. */
  readonly general: number | null;
}

const shares: readonly (readonly [EvaluatedModel, number])[] = [
  ['seedsOnly', 0],
  ['eighth', 1 / 8],
  ['quarter', 1 / 4],
  ['half', 1 / 2],
  ['specialized', 1],
];

/** The scores over how much data was trained on, ascending; of the models that the run tested. */
export function dataPoints({ heldOut, retention }: Report): DataPoint[] {
  return shares.flatMap(([model, share]) => {
    const score = heldOut.overall.models[model];
    if (!score) return [];
    return [{ share, heldOut: score.f1, general: retention?.overall.models[model]?.f1 ?? null }];
  });
}
