import type { SweepScores } from '../../workerApi/sweep.ts';

/** A model in a figure, and its F1 in [0, 1]. */
export interface ScorePoint {
  /** What it was trained on, as the axis has it. */
  readonly name: string;
  readonly heldOut: number;
  /** On general tasks; null where they were not asked. */
  readonly general: number | null;
}

/** None where the model was not tested. */
export const scorePoint = (name: string, { heldOut, general }: SweepScores): ScorePoint[] =>
  heldOut === undefined ? [] : [{ name, heldOut, general: general ?? null }];
