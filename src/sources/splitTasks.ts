import { createRandom } from '../random.ts';
import { canonicalText, taskKey } from '../specialize/tasks.ts';
import type { DroppedRow, ImportedTask } from './importedRows.ts';

export interface SplitRequest {
  readonly seeds: number;
  readonly heldOut: number;
  /** Equal seeds, equal split. */
  readonly seed: number;
}

export interface TaskSplit {
  readonly seeds: readonly ImportedTask[];
  readonly heldOut: readonly ImportedTask[];
  /** Rows that ask what an earlier one asks. */
  readonly repeated: readonly DroppedRow[];
}

/**
 * Draws seeds and held-out tasks, without a task on both sides, nor two tasks about the same text on different ones. Rows
 * that their data set keeps for testing never become seeds; where there are any, all held-out tasks are of them.
 * @throws where there are too few rows, saying how many there are
 */
export function splitTasks(tasks: readonly ImportedTask[], request: SplitRequest): TaskSplit {
  const { unique, repeated } = withoutRepeats(tasks);
  const groups = shuffledGroups(unique, request.seed);
  const isForTest = (group: readonly ImportedTask[]): boolean => group.some(({ isTest }) => isTest);
  const hasTest = groups.some(isForTest);
  const [forTest, forTraining] = [groups.filter(isForTest), groups.filter((group) => !isForTest(group))];
  const held = take(hasTest ? forTest : forTraining, request.heldOut);
  const seeds = take(hasTest ? forTraining : forTraining.slice(held.groups), request.seeds);
  refuseShortage('held-out', held.tasks.length, request.heldOut, hasTest ? ' (rows kept for testing)' : '');
  refuseShortage('seed', seeds.tasks.length, request.seeds, '');
  return { seeds: seeds.tasks, heldOut: held.tasks, repeated };
}

function withoutRepeats(tasks: readonly ImportedTask[]) {
  const seen = new Map<string, ImportedTask>();
  const repeated: DroppedRow[] = [];
  // What is kept for testing stays so, also where a training row asks the same.
  for (const task of [...tasks].sort((a, b) => Number(b.isTest ?? false) - Number(a.isTest ?? false))) {
    const key = taskKey(task);
    const first = seen.get(key)?.origin;
    const { file, row } = task.origin;
    if (first) repeated.push({ file, row, reason: `asks the same as row ${first.row} of ${first.file}` });
    else seen.set(key, task);
  }
  return { unique: [...seen.values()], repeated };
}

/** Tasks about one text together, the groups in random order. */
function shuffledGroups(tasks: readonly ImportedTask[], seed: number): ImportedTask[][] {
  const groups = new Map<string, ImportedTask[]>();
  for (const task of tasks) {
    const key = task.input === '' ? taskKey(task) : `text\n${canonicalText(task.input)}`;
    groups.set(key, [...(groups.get(key) ?? []), task]);
  }
  return createRandom('import', seed).sample([...groups.values()], groups.size);
}

function take(groups: readonly (readonly ImportedTask[])[], count: number) {
  const tasks: ImportedTask[] = [];
  let used = 0;
  for (; used < groups.length && tasks.length < count; used++) tasks.push(...groups[used]!);
  return { tasks: tasks.slice(0, count), groups: used };
}

function refuseShortage(kind: string, found: number, wanted: number, note: string): void {
  if (found < wanted)
    throw new Error(
      `There are rows for ${found} ${kind} tasks${note}, not for ${wanted}; ask for fewer, or give more rows.`,
    );
}
