import type { GeneratedTask } from '../../workerApi/runEvent.ts';
import { isDecided } from '../store/taskDecisions.ts';

type ById = ReadonlyMap<string, GeneratedTask>;

const isOpen = (id: string, tasks: ById): boolean => {
  const task = tasks.get(id);
  return task !== undefined && !isDecided(task);
};

/** Tasks that the person has said nothing of yet. */
export const countOpen = (queue: readonly string[], tasks: ById): number =>
  queue.filter((id) => isOpen(id, tasks)).length;

/** Where the next open task after `position` is, from the beginning again after the end; `position` where there is none. */
export function nextOpen(queue: readonly string[], position: number, tasks: ById): number {
  for (let step = 1; step < queue.length; step++) {
    const next = (position + step) % queue.length;
    if (isOpen(queue[next]!, tasks)) return next;
  }
  return position;
}
