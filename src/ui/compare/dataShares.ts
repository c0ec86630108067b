import type { EvaluatedModel, Report } from '../../workerApi/runEvent.ts';

/** A model trained on a share of what was written, and its F1. */
export interface DataPoint {
  /** The share in words. */
  readonly name: string;
  readonly heldOut: number;
  /** On general tasks; null where they were not asked. */
  readonly general: number | null;
}

/** Ascending. */
const shares: readonly (readonly [EvaluatedModel, string])[] = [
  ['seedsOnly', 'examples'],
  ['eighth', '1/8'],
  ['quarter', '1/4'],
  ['half', '1/2'],
  ['specialized', 'all'],
];

/** The scores over how much data was trained on, ascending; of the models that the run tested. */
export function dataPoints({ heldOut, retention }: Report): DataPoint[] {
  return shares.flatMap(([model, name]) => {
    const score = heldOut.overall.models[model];
    if (!score) return [];
    return [{ name, heldOut: score.f1, general: retention?.overall.models[model]?.f1 ?? null }];
  });
}
