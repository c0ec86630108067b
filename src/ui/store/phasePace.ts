import type { RunState } from './runState.ts';

/** Since when the present phase has been watched, and how far it was then. */
export interface PhasePace {
  readonly phase: string;
  /** In milliseconds, by the page's clock. */
  readonly since: number;
  readonly from: number;
}

/** Fewer or sooner say nothing about the rest. */
const least = { done: 3, seconds: 2 };

/** The pace as of `now`; begins again with each phase. */
export function followPace(
  pace: PhasePace | null,
  { phase, progress }: RunState,
  now: number,
): PhasePace | null {
  if (!phase || !progress) return null;
  const name = [phase.stage, phase.round, phase.model].join('/');
  return pace?.phase === name ? pace : { phase: name, since: now, from: progress.done };
}

/** Seconds until the phase is over, if it goes on as it did; null before that can be said. */
export function secondsLeftAt(pace: PhasePace | null, { progress }: RunState, now: number): number | null {
  if (!pace || !progress) return null;
  const [done, seconds] = [progress.done - pace.from, (now - pace.since) / 1000];
  if (done < least.done || seconds < least.seconds) return null;
  return (seconds / done) * (progress.total - progress.done);
}
