import type { EvaluatedModel, Report } from './runEvent.ts';

/**
 * The settings of one point of a sweep: those of the run that is varied with `changes` in their place, in one round and
 * without controls where these are not varied, since the points are compared with each other.
 */
export function pointSettings<Settings extends object>(
  settings: Settings,
  changes: Readonly<Record<string, unknown>>,
): Settings {
  return { ...settings, controls: [], rounds: 1, ...changes };
}

/** Token F1 in [0, 1]; undefined where the tasks were not asked. */
export interface SweepScores {
  readonly heldOut: number | undefined;
  readonly general: number | undefined;
}

/** What a model of a run scored. */
export const scoresOf = ({ heldOut, retention }: Report, model: EvaluatedModel): SweepScores => ({
  heldOut: heldOut.overall.models[model]?.f1,
  general: retention?.overall.models[model]?.f1,
});

/** What a sweep draws of a run: its specialised model after the first round, also where the run had more. */
export function pointScores(report: Report): SweepScores {
  const first = report.rounds?.[0];
  if (!first) return scoresOf(report, 'specialized');
  return { heldOut: first.heldOut.f1, general: first.retention?.f1 };
}
