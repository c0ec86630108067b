import { renderLinePlot, type PlotLine, type PlotPoint } from '../evaluation/linePlot.ts';
import type { Report } from '../specialize/report.ts';
import { pointScores, scoresOf } from '../workerApi/sweep.ts';
import type { Axis } from './sweepPoints.ts';

/** What a point of a sweep came to. */
export interface SweepResult {
  /** The axes' values, in their order. */
  readonly values: readonly unknown[];
  readonly report: Report;
}

/** Points that differ in nothing but the seed. */
interface Group {
  readonly values: readonly unknown[];
  readonly reports: readonly Report[];
}

const sets = [
  ['held-out', (report: Report) => pointScores(report).heldOut],
  ['general', (report: Report) => pointScores(report).general],
] as const;
const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
const percent = (share: number | undefined) => (share === undefined ? '–' : (100 * share).toFixed(1));

function groupsOf(axes: readonly Axis[], results: readonly SweepResult[]): Group[] {
  const isVaried = axes.map(({ name }) => name !== 'seed');
  const groups = new Map<string, Group>();
  for (const { values, report } of results) {
    const varied = values.filter((_, i) => isVaried[i]);
    const key = JSON.stringify(varied);
    const reports = [...(groups.get(key)?.reports ?? []), report];
    groups.set(key, { values: varied, reports });
  }
  return [...groups.values()];
}

/** A row per combination, means over the seeds; F1 in percent. */
export function renderSweepTable(axes: readonly Axis[], results: readonly SweepResult[]): string {
  const names = axes.filter(({ name }) => name !== 'seed').map(({ name }) => name);
  const header = [
    ...names,
    'runs',
    'rows',
    'base F1',
    'held-out F1',
    'general F1 before',
    'general F1 after',
  ];
  const rows = groupsOf(axes, results).map(({ values, reports }) => {
    const average = (of: (report: Report) => number | undefined) => {
      const known = reports.map(of).filter((value) => value !== undefined);
      return percent(known.length > 0 ? mean(known) : undefined);
    };
    return [
      ...values.map(String),
      ...[String(reports.length), mean(reports.map(({ counts }) => counts.train)).toFixed(0)],
      ...[average((report) => scoresOf(report, 'base').heldOut), average(sets[0][1])],
      ...[average((report) => scoresOf(report, 'base').general), average(sets[1][1])],
    ];
  });
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

/**
 * Held-out and general F1 over the first setting that is varied, a pair of lines per value of the second; bars from the
 * lowest to the highest seed. Null where the first setting is not a number.
 */
export function renderSweepPlot(axes: readonly Axis[], results: readonly SweepResult[]): string | null {
  const [first, second] = axes.filter(({ name }) => name !== 'seed');
  if (!first || first.values.some((value) => typeof value !== 'number')) return null;
  const groups = groupsOf(axes, results);
  const lines = (second?.values ?? [undefined]).flatMap((value) =>
    sets.map(([set, of]): PlotLine => {
      const own = groups.filter((group) => !second || group.values[1] === value);
      const points = own.flatMap(({ values, reports }) => pointOf(values[0] as number, reports.map(of)));
      return { name: second ? `${set}, ${second.name} ${String(value)}` : set, points };
    }),
  );
  const known = lines.filter(({ points }) => points.length > 0);
  return renderLinePlot({
    ...{ title: `F1 over ${first.name}`, xLabel: first.name, yLabel: 'token F1 in percent', lines: known },
  });
}

function pointOf(x: number, scores: readonly (number | undefined)[]): PlotPoint[] {
  const known = scores.filter((score) => score !== undefined).map((score) => 100 * score);
  if (known.length === 0) return [];
  const range = known.length > 1 && { low: Math.min(...known), high: Math.max(...known) };
  return [{ x, y: mean(known), ...range }];
}
