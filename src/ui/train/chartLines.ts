import type { StepEvent } from '../../workerApi/runEvent.ts';
import type { Training } from '../store/runState.ts';

export type Metric = 'loss' | 'learningRate' | 'gradNorm';

export interface ChartLine {
  readonly label: string;
  /** A custom property of theme.css. */
  readonly color: string;
  readonly width: number;
  readonly dash?: readonly number[];
  readonly points: readonly (readonly [step: number, value: number])[];
  /** Dots instead of a line, of which only the label is read out. */
  readonly isMarks?: boolean;
}

/** Share of the past in the smoothed curve. */
const smoothing = 0.85;

/** Exponential moving average, corrected for its start (as Adam corrects its moments). */
export function smoothed(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value, i) => {
    sum = smoothing * sum + (1 - smoothing) * value;
    return sum / (1 - smoothing ** (i + 1));
  });
}

/** The lines of one chart: the specialist in the accent colour, the control dashed and grey. */
export function chartLines(
  metric: Metric,
  specialist?: Training,
  control?: Training,
  controlName = 'Control',
): ChartLine[] {
  const own = linesOf(metric, 'Specialist', specialist, { color: '--w-accent', dash: undefined });
  const other = linesOf(metric, controlName, control, { color: '--w-base-series', dash: [5, 4] });
  return [...other, ...own];
}

function linesOf(
  metric: Metric,
  label: string,
  training: Training | undefined,
  { color, dash }: { color: string; dash: readonly number[] | undefined },
): ChartLine[] {
  if (!training || training.steps.length === 0) return [];
  const values = training.steps.map((step) => step[metric]);
  const marks = marksOf(`${label} computed again`, color, training, values);
  const main = {
    label,
    color,
    width: 2,
    ...(dash && { dash }),
    points: pointsOf(training.steps, smoothedFor(metric, values)),
  };
  if (metric !== 'loss') return [main, ...marks];
  const raw = {
    label: `${label}, raw`,
    color: `${color}-faint`,
    width: 1,
    points: pointsOf(training.steps, values),
  };
  return [raw, main, ...marks];
}

/** Steps that were computed again; they lie on the curve, which has each step once. */
function marksOf(label: string, color: string, training: Training, values: readonly number[]): ChartLine[] {
  const again = new Set(training.skips.map(({ step }) => step));
  const points = pointsOf(training.steps, values).filter(([step]) => again.has(step));
  return points.length === 0 ? [] : [{ label, color, width: 1, points, isMarks: true }];
}

const smoothedFor = (metric: Metric, values: readonly number[]): readonly number[] =>
  metric === 'loss' ? smoothed(values) : values;

const pointsOf = (steps: readonly StepEvent[], values: readonly number[]): (readonly [number, number])[] =>
  steps.map(({ step }, i) => [step, values[i]!] as const);
