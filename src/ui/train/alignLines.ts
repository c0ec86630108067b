import type { AlignedData } from 'uplot';
import type { ChartLine } from './chartLines.ts';

/** uPlot wants one x axis for all lines; a line without a value at some step has a gap there. */
export function alignLines(lines: readonly ChartLine[]): AlignedData {
  const steps = [...new Set(lines.flatMap(({ points }) => points.map(([step]) => step)))].sort(
    (a, b) => a - b,
  );
  const columns = lines.map(({ points }) => {
    const values = new Map(points);
    return steps.map((step) => values.get(step) ?? null);
  });
  return [steps, ...columns];
}
