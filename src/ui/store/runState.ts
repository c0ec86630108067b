import type {
  Comparison,
  ExecutionProvider,
  KeptTask,
  RejectedTask,
  RunEvent,
  RunPhase,
  TrainingStep,
  Variant,
} from '../../workerApi/runEvent.ts';

/** Everything that the panels show of a run; a pure fold over its events. */
export interface RunState {
  readonly phase: RunPhase;
  readonly round: number;
  readonly rounds: number;
  readonly provider: ExecutionProvider | null;
  readonly kept: readonly KeptTask[];
  readonly wanted: number;
  readonly rejected: readonly RejectedTask[];
  readonly steps: Readonly<Partial<Record<Variant, readonly TrainingStep[]>>>;
  /** The variant whose step or evaluation came last. */
  readonly variant: Variant | null;
  readonly evaluated: Readonly<Partial<Record<Variant, Count>>>;
  readonly comparison: Comparison | null;
  readonly notes: readonly string[];
}

export interface Count {
  readonly done: number;
  readonly total: number;
}

export const initialRunState: RunState = {
  phase: 'preparing',
  round: 1,
  rounds: 1,
  provider: null,
  kept: [],
  wanted: 0,
  rejected: [],
  steps: {},
  variant: null,
  evaluated: {},
  comparison: null,
  notes: [],
};

type Reducers = {
  [T in RunEvent['type']]: (state: RunState, event: Extract<RunEvent, { type: T }>) => RunState;
};

const reducers: Reducers = {
  device: (state, { provider, note }) => ({
    ...state,
    provider,
    notes: note ? [...state.notes, note] : state.notes,
  }),
  phase: (state, { phase, round, rounds }) => ({ ...state, phase, round, rounds }),
  kept: (state, { task, wanted }) => ({ ...state, kept: [...state.kept, task], wanted }),
  rejected: (state, { task }) => ({ ...state, rejected: [...state.rejected, task] }),
  step: (state, { step }) => ({
    ...state,
    variant: step.variant,
    steps: { ...state.steps, [step.variant]: withStep(state.steps[step.variant] ?? [], step) },
  }),
  evaluated: (state, { variant, done, total }) => ({
    ...state,
    variant,
    evaluated: { ...state.evaluated, [variant]: { done, total } },
  }),
  comparison: (state, { comparison }) => ({ ...state, comparison }),
  note: (state, { text }) => ({ ...state, notes: [...state.notes, text] }),
};

/** The state after `event`. */
export function reduceRun(state: RunState, event: RunEvent): RunState {
  const reduce = reducers[event.type] as (state: RunState, event: RunEvent) => RunState;
  return reduce(state, event);
}

export const replayRun = (events: readonly RunEvent[]): RunState => events.reduce(reduceRun, initialRunState);

/** A step that comes again (a new round, or a resumed checkpoint) replaces itself and all that followed. */
function withStep(steps: readonly TrainingStep[], step: TrainingStep): TrainingStep[] {
  const last = steps.at(-1);
  const before = last && last.step >= step.step ? steps.filter((earlier) => earlier.step < step.step) : steps;
  return [...before, step];
}
