import type { SeedTask, TaskText } from './tasks.ts';
import { canonicalText } from './tasks.ts';

/**
 * The answers that a task may have, if it names a closed set of them as "yes or no" does: the labels of a seed, all of
 * which the task's instruction or input says literally, as words of their own. Of several sets the largest; `null`
 * where there is none, and the answer is free.
 */
export function labelsFor(task: TaskText, seeds: readonly SeedTask[]): readonly string[] | null {
  const text = ` ${canonicalText(`${task.instruction}\n${task.input}`)} `;
  const names = (label: string) => canonicalText(label) !== '' && text.includes(` ${canonicalText(label)} `);
  let found: readonly string[] | null = null;
  for (const { labels = [] } of seeds)
    if (labels.length > Math.max(1, found?.length ?? 0) && labels.every(names)) found = labels;
  return found;
}
