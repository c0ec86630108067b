import type { GeneratedTask } from '../../workerApi/runEvent.ts';

/** Rules whose only complaint is that there is such a task already, and the person's own. */
const couldBeKept = ['novelty', 'answeredNovelty', 'repeatedTask', 'discarded'];

const isKept = ({ decision }: GeneratedTask): boolean => decision !== 'rejected';

/** Tasks of which one may stand for another: the kept ones first, which then lead the groups. */
export const comparable = (tasks: readonly GeneratedTask[]): GeneratedTask[] => [
  ...tasks.filter(isKept),
  ...tasks.filter(({ rejection }) => rejection && couldBeKept.includes(rejection.rule)),
];

/** First the groups of which most are kept: there one is enough. Groups without any kept task last. */
export function byNeed(
  groups: readonly (readonly string[])[],
  tasks: readonly GeneratedTask[],
): readonly (readonly string[])[] {
  const kept = new Set(tasks.filter(isKept).map(({ id }) => id));
  const need = (group: readonly string[]): number => group.filter((id) => kept.has(id)).length;
  return groups.toSorted((a, b) => need(b) - need(a));
}
