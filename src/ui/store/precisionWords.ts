import type { ChosenActivations } from '../../workerApi/runEvent.ts';
import type { Training } from './runState.ts';

/** What training computes in and why, in words. */
export function describeActivations({ precision, note }: ChosenActivations): string {
  const chosen =
    precision === 'float16'
      ? 'Training computes with 16-bit numbers, which take less memory, and keeps what it learns in 32 bits.'
      : 'Training computes with 32-bit numbers.';
  return `${chosen} ${note}`;
}

/** That steps did not fit into 16-bit numbers, in words; null where all did. */
export function describeSkips({ skips }: Pick<Training, 'skips'>): string | null {
  const last = skips.at(-1);
  if (!last) return null;
  const what =
    skips.length === 1
      ? `At step ${last.step} numbers grew too large for 16 bits, and the step was computed again`
      : `${skips.length} times numbers grew too large for 16 bits, last at step ${last.step}, and the step was computed again`;
  return `${what} with smaller ones. Now and then that is usual, and nothing is lost: such a try changes nothing. Circles on the curve mark where.`;
}

/** How often a step was computed in all. */
export const triesOf = (step: number, { skips }: Pick<Training, 'skips'>): number =>
  1 + skips.filter((skip) => skip.step === step).length;
