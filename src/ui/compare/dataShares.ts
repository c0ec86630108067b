import type { EvaluatedModel, Report } from '../../workerApi/runEvent.ts';
import { scoresOf } from '../../workerApi/sweep.ts';
import { scorePoint, type ScorePoint } from './scorePoint.ts';

/** Ascending. */
const shares: readonly (readonly [EvaluatedModel, string])[] = [
  ['seedsOnly', 'examples'],
  ['eighth', '1/8'],
  ['quarter', '1/4'],
  ['half', '1/2'],
  ['specialized', 'all'],
];

/** The scores over how much data was trained on, ascending; of the models that the run tested. */
export const dataPoints = (report: Report): ScorePoint[] =>
  shares.flatMap(([model, name]) => scorePoint(name, scoresOf(report, model)));
