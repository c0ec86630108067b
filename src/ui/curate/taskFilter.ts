import type { GeneratedTask } from '../../workerApi/runEvent.ts';
import { ruleTitle } from '../parts/ruleTitles.ts';
import { standingOf, type Standing } from '../store/taskDecisions.ts';

/** Which tasks are shown. */
export interface TaskFilter {
  readonly standing: Standing | null;
  /** The rule that rejected them. */
  readonly rule: string | null;
  /** Each of these words is somewhere in the task's texts. */
  readonly search: string;
}

export const everything: TaskFilter = { standing: null, rule: null, search: '' };

export const standingWords: Readonly<Record<Standing, string>> = {
  kept: 'Kept',
  keptByYou: 'Kept by you',
  edited: 'Edited by you',
  waiting: 'Waiting for its answer',
  rejected: 'Rejected',
  discarded: 'Left out by you',
};

export const standings = Object.keys(standingWords) as Standing[];

/** Tasks for which the filter is true, in their order. */
export function filterTasks(tasks: readonly GeneratedTask[], filter: TaskFilter): GeneratedTask[] {
  const words = filter.search.toLowerCase().split(/\s+/).filter(Boolean);
  return tasks.filter((task) => {
    if (filter.standing !== null && standingOf(task) !== filter.standing) return false;
    if (filter.rule !== null && task.rejection?.rule !== filter.rule) return false;
    if (words.length === 0) return true;
    const text = textsOf(task).toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function textsOf({ instruction, input, output = '', passageId = '', rejection }: GeneratedTask): string {
  const reason = rejection ? `${ruleTitle(rejection.rule)}\n${rejection.reason}` : '';
  return [instruction, input, output, passageId, reason].join('\n');
}

/** How many tasks have come to what. */
export function countStandings(tasks: readonly GeneratedTask[]): Record<Standing, number> {
  const counts = { kept: 0, keptByYou: 0, edited: 0, waiting: 0, rejected: 0, discarded: 0 };
  for (const task of tasks) counts[standingOf(task)]++;
  return counts;
}
