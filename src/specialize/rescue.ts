import type { SpecializeEvent } from './events.ts';
import type { SpecializeSettings } from './settings.ts';
import { applyEvent, isFinished, type SpecializationState } from './state.ts';
import type { GeneratedTask } from './tasks.ts';

/** The name that discarding has among the rules. */
export const discarded = {
  name: 'discarded',
  description: 'A person left the task out.',
} as const;

/** A person's word on a task, against what the rules said. */
export type Decision = Extract<
  SpecializeEvent<unknown, unknown>,
  { readonly type: 'taskRescued' | 'taskDiscarded' }
>;

type State = SpecializationState<unknown>;

/**
 * Keeps a rejected task: with its answer, or, where it was refused before it had one, to be answered when the run goes on.
 * @throws where there is no such task, it is not rejected, it is a held-out one, or this round's dataset is made already.
 */
export function rescueTask<Adapter>(
  state: SpecializationState<Adapter>,
  id: string,
): SpecializationState<Adapter> {
  return applyEvent(state, decide(state, id, 'taskRescued'));
}

/** Leaves a task out that no rule rejected. @throws as `rescueTask` */
export function discardTask<Adapter>(
  state: SpecializationState<Adapter>,
  id: string,
): SpecializationState<Adapter> {
  return applyEvent(state, decide(state, id, 'taskDiscarded'));
}

/** The event that says so. @throws where it may not be */
export function decide(state: State, id: string, type: Decision['type']): Decision {
  const task = state.tasks.find((other) => other.id === id);
  const verb = type === 'taskRescued' ? 'keep' : 'discard';
  if (!task) throw new Error(`There is no task "${id}" to ${verb}; tasks.jsonl lists those of a run.`);
  if (isFinished(state, { stage: 'dataset', round: state.round }))
    throw new Error(`The dataset is made already; it is too late to ${verb} "${id}".`);
  if (type === 'taskRescued' && !isRescuable(task)) throw new Error(refusal(task));
  if (type === 'taskDiscarded' && task.decision === 'rejected')
    throw new Error(`"${id}" is rejected already: ${task.rejection?.reason ?? ''}`);
  return { type, id };
}

/** A held-out task would be taught before it is asked. */
export const isRescuable = ({ decision, rejection }: GeneratedTask): boolean =>
  decision === 'rejected' && rejection?.rule !== 'heldOut';

const refusal = ({ id, decision }: GeneratedTask): string =>
  decision === 'rejected'
    ? `"${id}" is, or nearly is, a held-out task, which must stay unseen; it cannot be kept.`
    : `"${id}" is not rejected, so there is nothing to keep it from.`;

type Decisions = Pick<SpecializeSettings, 'rescue' | 'discard'>;

/** The decisions that are not in effect yet; of tasks that are not written, or not rejected, yet: none. */
export function openDecisions(
  { tasks }: State,
  { rescue, discard }: Decisions,
): Record<keyof Decisions, string[]> {
  const named = (ids: readonly string[], wanted: (task: GeneratedTask) => boolean): string[] =>
    tasks.filter((task) => ids.includes(task.id) && wanted(task)).map(({ id }) => id);
  return {
    rescue: named(rescue, ({ decision }) => decision === 'rejected'),
    discard: named(discard, ({ decision }) => decision !== 'rejected'),
  };
}

/** The first id that no task has. */
export const unknownDecision = ({ tasks }: State, { rescue, discard }: Decisions): string | undefined =>
  [...rescue, ...discard].find((id) => !tasks.some((task) => task.id === id));
