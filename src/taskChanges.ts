/** What of a written task these changes touch. */
interface WrittenTask {
  readonly kind?: string;
  readonly output?: string;
  readonly decision: 'pending' | 'kept' | 'rejected';
  readonly rejection?: { readonly rule: string; readonly reason: string; readonly stage: 'instruction' | 'response' }; // prettier-ignore
  readonly rescued?: boolean;
  readonly scores?: unknown;
  readonly furtherPassageIds?: unknown;
}

/** Whether a task came with its answer, which is then not asked for. In context the question comes first. */
export const isAnswerGiven = ({
  kind = 'inContext',
  output,
}: Pick<WrittenTask, 'kind' | 'output'>): boolean => kind !== 'inContext' && output !== undefined;

/** A new round answers every sound instruction anew, also those whose last answer was rejected. */
export function askAgain<Task extends WrittenTask>(task: Task): Task {
  const isSettled = task.rescued && task.output !== undefined;
  if (isSettled || task.rejection?.stage === 'instruction') return task;
  const { rejection: _rejection, output, scores: _scores, furtherPassageIds: _further, ...question } = task;
  return { ...question, ...(isAnswerGiven(task) && { output }), decision: 'pending' } as Task;
}

/** Kept by a person although a rule rejected it. Without an answer it waits for one. */
export function rescueTask<Task extends WrittenTask>({ rejection: _rejection, ...task }: Task): Task {
  const decision = task.output === undefined ? 'pending' : 'kept';
  return { ...task, decision, rescued: true } as unknown as Task;
}

/** Left out by a person; refused as an instruction, so that no further round asks it again. */
export function discardTask<Task extends WrittenTask>({ rescued: _rescued, ...task }: Task): Task {
  const rejection = { rule: 'discarded', reason: 'A person left it out.', stage: 'instruction' } as const;
  return { ...task, decision: 'rejected', rejection } as unknown as Task;
}
