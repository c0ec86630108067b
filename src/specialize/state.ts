import type { Dataset } from './dataset.ts';
import {
  type AdapterName,
  type EvaluatedModel,
  type ModelEvaluation,
  type Phase,
  phaseKey,
  type SpecializeEvent,
} from './events.ts';
import type { Report } from './report.ts';
import type { GeneratedTask, Passage, ReplayedTask } from './tasks.ts';

/** Everything a run has produced; store it at any moment and hand it back to continue. JSON but for the adapters. */
export interface SpecializationState<Adapter> {
  /** Facts that the model recited. */
  readonly passages: readonly Passage[];
  /** General tasks that training repeats, so that they are not forgotten. */
  readonly replayed: readonly ReplayedTask[];
  /** Every task ever written, the rejected ones with their reason. */
  readonly tasks: readonly GeneratedTask[];
  /** Instruction prompts whose tasks have all been judged. */
  readonly promptsUsed: number;
  /** Keys of the finished phases. */
  readonly finished: readonly string[];
  readonly round: number;
  readonly dataset?: Dataset;
  readonly adapters: Readonly<Partial<Record<AdapterName, Adapter>>>;
  readonly evaluations: Readonly<Partial<Record<EvaluatedModel, ModelEvaluation>>>;
  readonly report?: Report;
}

export function emptyState<Adapter>(): SpecializationState<Adapter> {
  return {
    passages: [],
    replayed: [],
    tasks: [],
    promptsUsed: 0,
    finished: [],
    round: 1,
    adapters: {},
    evaluations: {},
  };
}

export function isFinished(state: SpecializationState<unknown>, phase: Phase): boolean {
  return state.finished.includes(phaseKey(phase));
}

/** The state after an event; the old one stays as it was. */
export function applyEvent<Adapter, TrainingEvent>(
  state: SpecializationState<Adapter>,
  event: SpecializeEvent<Adapter, TrainingEvent>,
): SpecializationState<Adapter> {
  switch (event.type) {
    case 'phaseStarted':
      return dropUnfinished(state, event.phase);
    case 'phaseFinished':
      return { ...state, finished: [...state.finished, phaseKey(event.phase)] };
    case 'roundStarted':
      return { ...state, round: event.round, tasks: state.tasks.map(askAgain) };
    case 'passageRecited':
      return { ...state, passages: [...state.passages, event.passage] };
    case 'taskReplayed':
      return { ...state, replayed: [...state.replayed, event.task] };
    case 'taskGenerated':
      return { ...state, tasks: [...state.tasks, event.task] };
    case 'taskRejected':
      return changeTask(state, event.id, { decision: 'rejected', rejection: event.rejection });
    case 'promptsFinished':
      return { ...state, promptsUsed: event.count };
    case 'taskAnswered':
      return changeTask(state, event.id, answerOf(event));
    case 'taskKept':
      return changeTask(state, event.id, { decision: 'kept' });
    case 'datasetReady':
      return { ...state, dataset: event.dataset };
    case 'adapterTrained':
      return { ...state, adapters: { ...state.adapters, [event.model]: event.adapter } };
    case 'evaluated':
      return { ...state, evaluations: { ...state.evaluations, [event.model]: event.evaluation } };
    case 'done':
      return { ...state, report: event.report };
    case 'progress':
    case 'training':
      return state;
  }
}

const answerOf = ({ output, passageId }: { readonly output: string; readonly passageId?: string }) => ({
  output,
  ...(passageId !== undefined && { passageId }),
});

/** A phase that starts again does its unfinished part again, so that part's traces go first. */
function dropUnfinished<Adapter>(
  state: SpecializationState<Adapter>,
  { stage }: Phase,
): SpecializationState<Adapter> {
  if (stage === 'recitation') return { ...state, passages: [] };
  if (stage === 'replay') return { ...state, replayed: [] };
  if (stage !== 'instructions') return state;
  return { ...state, tasks: state.tasks.filter((task) => task.prompt < state.promptsUsed) };
}

/** A new round answers every sound instruction anew, also those whose last answer was rejected. */
function askAgain(task: GeneratedTask): GeneratedTask {
  if (task.rejection?.stage === 'instruction') return task;
  const { rejection: _rejection, output: _output, ...question } = task;
  return { ...question, decision: 'pending' };
}

function changeTask<Adapter>(
  state: SpecializationState<Adapter>,
  id: string,
  change: Partial<GeneratedTask>,
): SpecializationState<Adapter> {
  return { ...state, tasks: state.tasks.map((task) => (task.id === id ? { ...task, ...change } : task)) };
}
