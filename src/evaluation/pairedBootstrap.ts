import { createRandom } from '../random.ts';

/** A mean and the interval that holds it with the stated confidence. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly seed: number;
  /** Number of resamples; 2,000 by default. */
  readonly resamples?: number;
  /** In (0, 1); 0.95 by default. */
  readonly confidence?: number;
}

/**
 * Percentile interval of the mean of paired differences (Efron 1979): the items are drawn with replacement, so two
 * models are always compared on the same items. No differences: an interval of zeros.
 */
export function pairedBootstrap(differences: readonly number[], options: BootstrapOptions): Interval {
  const { seed, resamples = 2000, confidence = 0.95 } = options;
  const n = differences.length;
  if (n === 0) return { mean: 0, low: 0, high: 0 };
  const random = createRandom(seed, 'bootstrap');
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += differences[random.below(n)] ?? 0;
    return sum / n;
  }).sort();
  const tail = (1 - confidence) / 2;
  return {
    mean: differences.reduce((sum, d) => sum + d, 0) / n,
    low: quantile(means, tail),
    high: quantile(means, 1 - tail),
  };
}

/** Linear interpolation between the neighbouring order statistics. */
function quantile(sorted: Float64Array, q: number): number {
  const position = q * (sorted.length - 1);
  const below = sorted[Math.floor(position)] ?? 0;
  const above = sorted[Math.ceil(position)] ?? 0;
  return below + (above - below) * (position - Math.floor(position));
}

export type Verdict = 'better' | 'no difference shown' | 'worse';

/** The fewest changed items with which a two-sided sign test can come below 5 % (2·2⁻⁶ = 3 %; five: 6 %). */
const leastChanged = 6;

/**
 * Better or worse only where the whole interval lies on one side of zero and at least six items changed: from fewer the
 * bootstrap draws intervals that are too narrow, down to no width at all where the only item changed.
 */
export function verdictOf(interval: Interval, differences: readonly number[]): Verdict {
  const changed = differences.filter((difference) => difference !== 0).length;
  if (changed < leastChanged) return 'no difference shown';
  if (interval.low > 0) return 'better';
  return interval.high < 0 ? 'worse' : 'no difference shown';
}
