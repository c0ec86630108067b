import type { GeneratedTask } from '../../workerApi/runEvent.ts';

export interface RuleCount {
  readonly rule: string;
  readonly count: number;
}

export const isRejected = (task: GeneratedTask): boolean => task.decision === 'rejected';

/** How often each rule rejected a task, most frequent first. */
export function countRules(tasks: readonly GeneratedTask[]): RuleCount[] {
  const counts = new Map<string, number>();
  for (const { rejection } of tasks)
    if (rejection) counts.set(rejection.rule, (counts.get(rejection.rule) ?? 0) + 1);
  return [...counts].map(([rule, count]) => ({ rule, count })).sort((a, b) => b.count - a.count);
}

/** "tooSimilar" and "too-similar" → "too similar". */
export const ruleInWords = (rule: string): string =>
  rule
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[-_]/g, ' ')
    .toLowerCase();
