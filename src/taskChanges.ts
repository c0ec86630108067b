/** What of a written task these changes touch. */
interface WrittenTask {
  readonly kind?: string;
  readonly instruction: string;
  readonly input: string;
  readonly output?: string;
  readonly decision: 'pending' | 'kept' | 'rejected';
  readonly rejection?: { readonly rule: string; readonly reason: string; readonly stage: 'instruction' | 'response' }; // prettier-ignore
  readonly rescued?: boolean;
  readonly scores?: unknown;
  readonly furtherPassageIds?: unknown;
  readonly written?: TaskWording;
}

/** What a person may change of a task. */
export interface TaskWording {
  readonly instruction: string;
  /** '' where the instruction stands alone. */
  readonly input: string;
  /** Absent where the model is to answer it. */
  readonly output?: string;
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

/** Kept by a person, whatever the rules say or will say. Without an answer it waits for one. */
export function rescueTask<Task extends WrittenTask>({ rejection: _rejection, ...task }: Task): Task {
  const decision = task.output === undefined ? 'pending' : 'kept';
  return { ...task, decision, rescued: true } as unknown as Task;
}

/** Left out by a person; refused as an instruction, so that no further round asks it again. */
export function discardTask<Task extends WrittenTask>({ rescued: _rescued, ...task }: Task): Task {
  const rejection = { rule: 'discarded', reason: 'A person left it out.', stage: 'instruction' } as const;
  return { ...task, decision: 'rejected', rejection } as unknown as Task;
}

/**
 * Worded anew by a person, and kept by that. What the model had written stays with the task; put back word for word, the
 * task counts as the model's again.
 */
export function editTask<Task extends WrittenTask>(task: Task, wording: TaskWording): Task {
  const { output: _output, scores: _scores, written: _written, ...rest } = task;
  const written = task.written ?? wordingOf(task);
  const edited = { ...rest, ...wording, ...(!isSameWording(written, wording) && { written }) };
  return rescueTask(edited as unknown as Task);
}

export const wordingOf = ({ instruction, input, output }: TaskWording): TaskWording => ({
  instruction,
  input,
  ...(output !== undefined && { output }),
});

export const isSameWording = (a: TaskWording, b: TaskWording): boolean =>
  a.instruction === b.instruction && a.input === b.input && a.output === b.output;
