import type { GeneratedTask, RunEvent } from '../../workerApi/runEvent.ts';
import type { AppStore, OpenRun } from './appState.ts';
import { reduceRun } from './runState.ts';
import type { Services } from './services.ts';

export type Decision = Extract<RunEvent, { readonly type: 'taskRescued' | 'taskDiscarded' }>['type'];

/** A person may decide while nobody drives the run and what is kept is not settled: what is decided goes with the run when it goes on. */
export const isOpenToDecisions = ({ owner, state }: OpenRun): boolean =>
  owner === null && !state.hasDataset && state.report === null;

/** What can be decided on a task: one way or the other; nothing of a held-out one, which must stay unseen. */
export function decisionOn({ decision, rejection }: GeneratedTask): Decision | null {
  if (decision !== 'rejected') return 'taskDiscarded';
  return rejection?.rule === 'heldOut' ? null : 'taskRescued';
}

/** Notes a person's word on a task of the run on screen. @throws where the run is going or its dataset is made */
export async function decideTask(
  store: AppStore,
  { runs, takeRunLock }: Pick<Services, 'runs' | 'takeRunLock'>,
  task: GeneratedTask,
): Promise<void> {
  const { run } = store.getState();
  const type = decisionOn(task);
  if (!run || type === null) return;
  const release = await takeRunLock();
  if (!release || !isOpenToDecisions(run)) {
    release?.();
    throw new Error('Tasks can be kept or discarded while the run is stopped and has not begun to train.');
  }
  try {
    const event: RunEvent = { type, id: task.id };
    await runs.append(run.id, [event]);
    store.setState(({ run: shown }) =>
      shown?.id === run.id ? { run: { ...shown, state: reduceRun(shown.state, event) } } : {},
    );
  } finally {
    release();
  }
}
