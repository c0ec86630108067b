import { askAgain, discardTask, editTask, rescueTask } from '../taskChanges.ts';
import type { ControlName } from './controlNames.ts';
import type { Coverage } from './coverage.ts';
import type { Dataset } from './dataset.ts';
import {
  type AdapterName,
  type AnswerEvent,
  type EvaluatedModel,
  type ModelEvaluation,
  type Phase,
  phaseKey,
  type RollBack,
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
  /** Absent where it was not asked for. */
  readonly coverage?: Coverage;
  readonly dataset?: Dataset;
  readonly adapters: Readonly<Partial<Record<AdapterName, Adapter>>>;
  readonly evaluations: Readonly<Partial<Record<EvaluatedModel, ModelEvaluation>>>;
  /** Tasks that controls answered in their own way. */
  readonly controls: Readonly<Partial<Record<ControlName, readonly GeneratedTask[]>>>;
  /** What the round before had led to; a round that does worse is undone. */
  readonly previous?: RoundResult<Adapter>;
  /** The specialised model's scores after each round, the first one's first. */
  readonly rounds: readonly ModelEvaluation[];
  /** The round that was undone; none follows it. */
  readonly rolledBack?: RollBack;
  readonly report?: Report;
}

/** What a round leads to. */
export interface RoundResult<Adapter> extends Pick<
  SpecializationState<Adapter>,
  'tasks' | 'dataset' | 'adapters' | 'evaluations'
> {}

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
    controls: {},
    rounds: [],
  };
}

export function isFinished(state: SpecializationState<unknown>, phase: Phase): boolean {
  return state.finished.includes(phaseKey(phase));
}

type State = SpecializationState<unknown>;
type Event = SpecializeEvent<unknown, unknown>;

/** What each event changes; of adapters this only knows where they are kept. */
const changes: {
  readonly [T in Event['type']]: (state: State, event: Extract<Event, { type: T }>) => Partial<State>;
} = {
  phaseStarted: (state, { phase }) => dropUnfinished(state, phase),
  phaseFinished: ({ finished }, { phase }) => ({ finished: [...finished, phaseKey(phase)] }),
  roundStarted: (state, { round }) => beginRound(state, round),
  rolledBack: ({ previous }, { round, reason }) => ({ ...previous, rolledBack: { round, reason } }),
  controlStarted: ({ controls }, { control, tasks }) => ({ controls: { ...controls, [control]: tasks } }),
  controlAnswer: ({ controls }, { control, event }) => ({
    controls: { ...controls, [control]: changeTask(controls[control] ?? [], event) },
  }),
  passageRecited: ({ passages }, { passage }) => ({ passages: [...passages, passage] }),
  taskReplayed: ({ replayed }, { task }) => ({ replayed: [...replayed, task] }),
  taskGenerated: ({ tasks }, { task }) => ({ tasks: [...tasks, task] }),
  taskRejected: ({ tasks }, event) => ({ tasks: changeTask(tasks, event) }),
  taskAnswered: ({ tasks }, event) => ({ tasks: changeTask(tasks, event) }),
  taskKept: ({ tasks }, event) => ({ tasks: changeTask(tasks, event) }),
  taskScored: ({ tasks }, event) => ({ tasks: changeTask(tasks, event) }),
  taskRescued: (state, { id }) => changeByHand(state, id, rescueTask),
  taskDiscarded: (state, { id }) => changeByHand(state, id, discardTask),
  taskEdited: (state, { id, wording }) => changeByHand(state, id, (task) => editTask(task, wording)),
  taskRestored: (state, { task }) => changeByHand(state, task.id, () => task),
  promptsFinished: (_, { count }) => ({ promptsUsed: count }),
  coverageMeasured: ({ coverage }, { of, map }) => ({ coverage: { ...coverage, [of]: map } }),
  datasetReady: (_, { dataset }) => ({ dataset }),
  adapterTrained: ({ adapters }, { model, adapter }) => ({ adapters: { ...adapters, [model]: adapter } }),
  evaluated: ({ evaluations, rounds, round }, { model, evaluation }) => ({
    evaluations: { ...evaluations, [model]: evaluation },
    // Where a run was interrupted it may be told twice.
    ...(model === 'specialized' && { rounds: [...rounds.slice(0, round - 1), evaluation] }),
  }),
  done: (_, { report }) => ({ report }),
  progress: () => ({}),
  training: () => ({}),
};

/** The state after an event; the old one stays as it was. */
export function applyEvent<Adapter, TrainingEvent>(
  state: SpecializationState<Adapter>,
  event: SpecializeEvent<Adapter, TrainingEvent>,
): SpecializationState<Adapter> {
  const change = changes[event.type] as (state: State, event: Event) => Partial<SpecializationState<Adapter>>;
  return { ...state, ...change(state, event) };
}

function beginRound({ tasks, dataset, adapters, evaluations }: State, round: number): Partial<State> {
  const previous = { tasks, ...(dataset && { dataset }), adapters, evaluations };
  return { round, tasks: tasks.map(askAgain), previous };
}

/** A phase that starts again does its unfinished part again, so that part's traces go first. */
function dropUnfinished({ tasks, promptsUsed }: State, { stage }: Phase): Partial<State> {
  if (stage === 'recitation') return { passages: [] };
  if (stage === 'replay') return { replayed: [] };
  if (stage !== 'instructions') return {};
  return { tasks: tasks.filter((task) => task.prompt < promptsUsed) };
}

/** What a person makes of a task. Where it then waits for an answer, the answering is taken up again. */
function changeByHand(
  { tasks, finished, round }: State,
  id: string,
  change: (task: GeneratedTask) => GeneratedTask,
): Partial<State> {
  const index = tasks.findIndex((task) => task.id === id);
  if (index < 0) return {};
  const changed = change(tasks[index]!);
  const answering = phaseKey({ stage: 'responses', round });
  return {
    tasks: tasks.with(index, changed),
    finished: withoutMap(
      changed.decision === 'pending' ? finished.filter((key) => key !== answering) : finished,
    ),
  };
}

/** What was kept has changed, so its map is drawn anew. */
const withoutMap = (finished: readonly string[]): string[] =>
  finished.filter((key) => key !== phaseKey({ stage: 'coverage', round: 1 }));

/** What an event makes of the task that it is about. */
const outcomes: {
  readonly [T in AnswerEvent['type']]: (event: Extract<AnswerEvent, { type: T }>) => Partial<GeneratedTask>;
} = {
  taskAnswered: ({ type: _type, id: _id, ...answer }) => answer,
  taskRejected: ({ rejection }) => ({ decision: 'rejected', rejection }),
  taskKept: () => ({ decision: 'kept' }),
  taskScored: ({ scores }) => ({ scores }),
};

function changeTask(tasks: readonly GeneratedTask[], event: AnswerEvent): GeneratedTask[] {
  const outcome = outcomes[event.type] as (event: AnswerEvent) => Partial<GeneratedTask>;
  return tasks.map((task) => (task.id === event.id ? { ...task, ...outcome(event) } : task));
}
