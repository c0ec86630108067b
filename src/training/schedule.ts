export const schedules = ['constant', 'linear', 'cosine'] as const;
export type Schedule = (typeof schedules)[number];

export interface ScheduleOptions {
  readonly schedule: Schedule;
  /** Learning rate at the end of the warm-up. */
  readonly learningRate: number;
  /** Steps during which the rate rises linearly from 0. */
  readonly warmupSteps: number;
  readonly totalSteps: number;
}

/** Share of the peak rate after the warm-up; `progress` runs from 0 to 1. */
const decay: Record<Schedule, (progress: number) => number> = {
  constant: () => 1,
  linear: (progress) => 1 - progress,
  cosine: (progress) => 0.5 * (1 + Math.cos(Math.PI * progress)),
};

/**
 * Learning rate of the step with the given index, counted from 0, as in Hugging Face's `get_scheduler`
 * (`constant_with_warmup`, `linear`, `cosine`): with a warm-up the first step has rate 0.
 */
export function learningRateAt(step: number, options: ScheduleOptions): number {
  const { schedule, learningRate, warmupSteps, totalSteps } = options;
  if (step < warmupSteps) return (learningRate * step) / Math.max(1, warmupSteps);
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  return learningRate * decay[schedule](Math.min(1, progress));
}
