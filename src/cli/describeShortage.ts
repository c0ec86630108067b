import type { SmallerBatchEvent } from '../training/trainingEvents.ts';

/** What a person has to know when training goes on with fewer rows at a time. */
export function describeShortage({ step, batchSize, isPacked }: SmallerBatchEvent): string {
  const unit = isPacked ? 'line' : 'row';
  const rows = batchSize === 1 ? `1 ${unit}` : `${batchSize} ${unit}s`;
  return `Out of memory after step ${step}: going on with less, ${rows} at a time, which is slower and comes to the same result.`;
}
