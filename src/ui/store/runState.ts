import { askAgain, discardTask, editTask, rescueTask } from '../../taskChanges.ts';
import type { AdapterDescription } from '../../workerApi/adapter.ts';
import type { TrainingFit } from '../../workerApi/model.ts';
import type {
  AdapterName,
  Adapters,
  CallProgress,
  ChosenActivations,
  CoverageMap,
  EvaluatedModel,
  ExecutionProvider,
  GeneratedTask,
  ModelEvaluation,
  Phase,
  PlannedEvent,
  Report,
  RunEvent,
  StartedEvent,
  StepEvent,
  TrainingProgress,
} from '../../workerApi/runEvent.ts';

/** Everything that the panels show of a run; a pure fold over its events. */
export interface RunState {
  /** Null until the engine has loaded the model. */
  readonly phase: Phase | null;
  /** Of the present phase. */
  readonly progress: Progress | null;
  readonly round: number;
  readonly provider: ExecutionProvider | null;
  readonly recitedPassages: number;
  readonly tasks: readonly GeneratedTask[];
  /** Instruction prompts whose tasks have all been judged; tasks of later ones are written again after an interruption. */
  readonly promptsUsed: number;
  /** Of this round; what is kept is settled from then on. */
  readonly hasDataset: boolean;
  readonly trainings: Adapters<Training>;
  readonly evaluations: Readonly<Partial<Record<EvaluatedModel, ModelEvaluation>>>;
  readonly adapters: Adapters<AdapterDescription>;
  /** The newest map of documents and tasks; null where none was drawn. */
  readonly coverage: CoverageMap | null;
  readonly report: Report | null;
  /** The round whose adapter counts. */
  readonly specialistRound: number;
  /** What the round before came to, should this one have to be undone. */
  readonly before: Pick<RunState, 'tasks' | 'adapters' | 'evaluations' | 'specialistRound'> | null;
  /** What a person should know of how it went, in whole sentences. */
  readonly notes: readonly string[];
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** How fast the model has written in this phase. */
  readonly writing?: CallProgress;
}

/** One training of an adapter; a later round's replaces it. */
export interface Training {
  readonly round: number;
  readonly totalSteps: number;
  readonly steps: readonly StepEvent[];
  readonly validation: readonly { readonly step: number; readonly loss: number }[];
  /** Set once the memory was not enough for the rows of a batch at a time. */
  readonly shortage: MemoryShortage | null;
  /** What it takes of the memory; null before that is known. */
  readonly plan: TrainingFit | null;
  /** What it computes in, and why; null where there was no choice but 32 bits, or it is not known. */
  readonly activations: ChosenActivations | null;
  /** Tries of steps that half precision could not hold, one entry each; the steps themselves are in `steps`. */
  readonly skips: readonly { readonly step: number }[];
}

export interface MemoryShortage {
  /** The last step that was done with more rows at a time; 0 for none. */
  readonly step: number;
  /** Rows at a time since then, or lines that rows share. */
  readonly rows: number;
  readonly isPacked: boolean;
}

export const initialRunState: RunState = {
  phase: null,
  progress: null,
  round: 1,
  provider: null,
  recitedPassages: 0,
  tasks: [],
  promptsUsed: 0,
  hasDataset: false,
  trainings: {},
  evaluations: {},
  adapters: {},
  coverage: null,
  report: null,
  before: null,
  specialistRound: 1,
  notes: [],
};

const noTraining: Training = {
  round: 1,
  totalSteps: 0,
  steps: [],
  validation: [],
  shortage: null,
  plan: null,
  activations: null,
  skips: [],
};

type Change<T extends RunEvent['type']> = (
  state: RunState,
  event: Extract<RunEvent, { type: T }>,
) => Partial<RunState>;

const changes: { [T in RunEvent['type']]: Change<T> } = {
  device: (_, { provider }) => ({ provider }),
  note: ({ notes }, { text }) => ({ notes: [...notes, text] }),
  phaseStarted: (state, { phase }) => ({ phase, progress: null, ...startedAgain(state, phase) }),
  progress: (_, { phase, done, total, writing }) => ({ phase, progress: { done, total, ...(writing && { writing }) } }), // prettier-ignore
  phaseFinished: () => ({}),
  roundStarted: ({ tasks, adapters, evaluations, specialistRound }, { round }) => ({
    round,
    hasDataset: false,
    tasks: tasks.map(askAgain),
    before: { tasks, adapters, evaluations, specialistRound },
  }),
  passageRecited: ({ recitedPassages }) => ({ recitedPassages: recitedPassages + 1 }),
  taskReplayed: () => ({}),
  taskGenerated: ({ tasks }, { task }) => ({ tasks: [...tasks, task] }),
  taskRejected: ({ tasks }, { id, rejection }) => ({
    tasks: withTask(tasks, id, { decision: 'rejected', rejection }),
  }),
  promptsFinished: (_, { count }) => ({ promptsUsed: count }),
  taskAnswered: ({ tasks }, { type: _type, id, ...answer }) => ({ tasks: withTask(tasks, id, answer) }),
  coverageMeasured: (_, { map }) => ({ coverage: map }),
  taskScored: ({ tasks }, { id, scores }) => ({ tasks: withTask(tasks, id, { scores }) }),
  taskRescued: ({ tasks }, { id }) => ({ tasks: changeTask(tasks, id, rescueTask) }),
  taskDiscarded: ({ tasks }, { id }) => ({ tasks: changeTask(tasks, id, discardTask) }),
  taskEdited: ({ tasks }, { id, wording }) => ({
    tasks: changeTask(tasks, id, (task) => editTask(task, wording)),
  }),
  taskRestored: ({ tasks }, { task }) => ({ tasks: changeTask(tasks, task.id, () => task) }),
  taskKept: ({ tasks }, { id }) => ({ tasks: withTask(tasks, id, { decision: 'kept' }) }),
  datasetReady: () => ({ hasDataset: true }),
  training: ({ trainings }, { model, event }) => ({ trainings: withProgress(trainings, model, event) }),
  adapterTrained: ({ adapters, specialistRound }, { model, round, adapter }) => ({
    adapters: { ...adapters, [model]: adapter.description },
    specialistRound: model === 'specialized' ? round : specialistRound,
  }),
  evaluated: ({ evaluations }, { model, evaluation }) => ({
    evaluations: { ...evaluations, [model]: evaluation },
  }),
  controlStarted: () => ({}),
  controlAnswer: () => ({}),
  rolledBack: ({ before, notes }, { reason }) => ({ ...before, notes: [...notes, reason] }),
  done: (_, { report }) => ({ report }),
};

/** The state after `event`. */
export function reduceRun(state: RunState, event: RunEvent): RunState {
  const change = changes[event.type] as (state: RunState, event: RunEvent) => Partial<RunState>;
  return { ...state, ...change(state, event) };
}

export const replayRun = (events: readonly RunEvent[]): RunState => events.reduce(reduceRun, initialRunState);

/** A phase that a continued run does again begins without the traces of its first attempt. */
function startedAgain(
  { trainings, tasks, promptsUsed }: RunState,
  { stage, model, round }: Phase,
): Partial<RunState> {
  if (stage === 'recitation') return { recitedPassages: 0 };
  if (stage === 'training' && model && model !== 'base' && trainings[model]?.round !== round)
    return { trainings: { ...trainings, [model]: { ...noTraining, round } } };
  return stage === 'instructions' ? { tasks: tasks.filter((task) => task.prompt < promptsUsed) } : {};
}

const withTask = (
  tasks: readonly GeneratedTask[],
  id: string,
  change: Partial<GeneratedTask>,
): readonly GeneratedTask[] => changeTask(tasks, id, (task) => ({ ...task, ...change }));

function changeTask(
  tasks: readonly GeneratedTask[],
  id: string,
  change: (task: GeneratedTask) => GeneratedTask,
): readonly GeneratedTask[] {
  const index = tasks.findIndex((task) => task.id === id);
  return index < 0 ? tasks : tasks.with(index, change(tasks[index]!));
}

function withProgress(
  trainings: Adapters<Training>,
  name: AdapterName,
  event: TrainingProgress,
): Adapters<Training> {
  const training = trainings[name] ?? noTraining;
  return { ...trainings, [name]: progressed(training, event) };
}

function progressed(training: Training, event: TrainingProgress): Training {
  const { steps, validation, skips } = training;
  if (event.type === 'planned')
    return { ...training, plan: fitOf(event), activations: event.activations ?? null };
  if (event.type === 'started') return begunAt(training, event);
  if (event.type === 'evaluation')
    return { ...training, validation: [...validation, { step: event.step, loss: event.loss }] };
  if (event.type === 'smallerBatch')
    return {
      ...training,
      shortage: { step: event.step, rows: event.batchSize, isPacked: event.isPacked ?? false },
    };
  if (event.type === 'skippedStep') return { ...training, skips: [...skips, { step: event.step }] };
  return { ...training, steps: [...steps, event] };
}

function fitOf({ fit, memory, budgetBytes, streaming }: PlannedEvent): TrainingFit {
  const { weights, activations, state, graphs = 0 } = memory;
  const totalBytes = weights + activations + state + graphs;
  const pieces = streaming && { streaming: { totalBytes, bytesReadPerStep: streaming.bytesRead } };
  return { fit, totalBytes, budgetBytes, advice: [], ...pieces };
}

/** A training goes on from its last checkpoint; what was done after that is done again. */
function begunAt(training: Training, { step, totalSteps }: StartedEvent): Training {
  const isDone = (told: { readonly step: number }): boolean => told.step <= step;
  const { steps, validation, skips, shortage } = training;
  return {
    ...training,
    totalSteps,
    steps: steps.filter(isDone),
    validation: validation.filter(isDone),
    skips: skips.filter(isDone),
    shortage: shortage && isDone(shortage) && step > 0 ? shortage : null,
  };
}
