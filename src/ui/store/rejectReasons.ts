import type { RejectedTask } from '../../workerApi/runEvent.ts';

export interface ReasonCount {
  readonly reason: string;
  readonly count: number;
}

/** How often each reason occurs, most frequent first. */
export function countReasons(rejected: readonly RejectedTask[]): ReasonCount[] {
  const counts = new Map<string, number>();
  for (const { reason } of rejected) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
}
