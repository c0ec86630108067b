import type { LossAndGradient } from './task.ts';

/** Rounding of float32 leaves a few millionths between two ways to sum; a wrong gradient is off by far more. */
export const tolerance = 1e-4;

/** ‖a − b‖ / ‖b‖ of two gradients. */
export function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let [difference, size] = [0, 0];
  for (let i = 0; i < b.length; i++) {
    difference += (a[i]! - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  return Math.sqrt(difference / size);
}

type Computed = Pick<LossAndGradient, 'loss'> & { readonly gradient: ArrayLike<number> };

/**
 * How far losses and gradients are from those of the first contender, the larger of both.
 * @throws naming a contender that computes something else: its time would say nothing
 */
export function checkAgreement(computed: ReadonlyMap<string, Computed>): Map<string, number> {
  const [[reference, expected]] = [...computed] as [[string, Computed]];
  const differences = new Map<string, number>();
  for (const [name, { loss, gradient }] of computed) {
    const difference = Math.max(
      Math.abs(loss / expected.loss - 1),
      relativeDifference(gradient, expected.gradient),
    );
    // Written so that it also refuses what is not a number.
    if (!(difference <= tolerance))
      throw new Error(
        `${name} and ${reference} compute different gradients (relative difference ${difference.toExponential(1)}); nothing was timed.`,
      );
    differences.set(name, difference);
  }
  return differences;
}
