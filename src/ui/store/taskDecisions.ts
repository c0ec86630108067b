import type { GeneratedTask, RunEvent } from '../../workerApi/runEvent.ts';
import type { OpenRun } from './appState.ts';
import type { RunState } from './runState.ts';

export type Verdict = 'keep' | 'discard';

/** A person may decide while nobody drives the run and what is kept is not settled: what is decided goes with the run when it goes on. */
export const isOpenToDecisions = ({ owner, state }: OpenRun): boolean =>
  owner === null && !state.hasDataset && state.report === null;

/** Why a person cannot decide now, and what to do about it, in whole sentences; null where they can. */
export function closedBecause(run: OpenRun): string | null {
  if (isOpenToDecisions(run)) return null;
  if (run.state.report !== null || run.state.hasDataset)
    return 'Training has begun with the tasks that were kept by then, so nothing can be decided here any more. For other tasks, start the run over and let it stop before training.';
  if (run.owner === 'elsewhere')
    return 'Another tab is driving this run. Let it stop before training there; then you can decide here, too.';
  return 'The run is still writing. You can look at its tasks already; to keep, discard or edit them, let it stop before training.';
}

/** A held-out task must stay unseen; those of a prompt that was not finished are written again when the run goes on. */
export function mayChange({ phase, promptsUsed }: RunState, { rejection, prompt }: GeneratedTask): boolean {
  const isWrittenAgain = phase?.stage === 'instructions' && prompt >= promptsUsed;
  return rejection?.rule !== 'heldOut' && !isWrittenAgain;
}

/** Whether a person has said something about it. */
export const isDecided = ({ rescued, rejection }: GeneratedTask): boolean =>
  rescued === true || rejection?.rule === 'discarded';

/** The other way than it is now. */
export const oppositeOf = ({ decision }: GeneratedTask): Verdict =>
  decision === 'rejected' ? 'keep' : 'discard';

/** What a verdict comes to; null where it would change nothing. */
export function eventOf(task: GeneratedTask, verdict: Verdict): RunEvent | null {
  if (verdict === 'keep') return task.rescued ? null : { type: 'taskRescued', id: task.id };
  return task.decision === 'rejected' ? null : { type: 'taskDiscarded', id: task.id };
}

/** What has become of a task, and by whom. */
export type Standing = 'kept' | 'keptByYou' | 'edited' | 'waiting' | 'rejected' | 'discarded';

export function standingOf({ decision, rejection, rescued, written }: GeneratedTask): Standing {
  if (decision === 'rejected') return rejection?.rule === 'discarded' ? 'discarded' : 'rejected';
  if (written) return 'edited';
  if (decision === 'pending') return 'waiting';
  return rescued ? 'keptByYou' : 'kept';
}
