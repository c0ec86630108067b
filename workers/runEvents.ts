import type { LoadedModel } from '../src/engine/loadModel.ts';
import type { Adapter } from '../src/lora/adapter.ts';
import type { SpecializeEvent } from '../src/specialize/events.ts';
import { applyEvent, emptyState, type SpecializationState } from '../src/specialize/state.ts';
import type { WritingTotals } from '../src/specialize/writingTotals.ts';
import type { TrainingEvent } from '../src/training/trainingEvents.ts';
import type { RunEvent, TrainingProgress } from '../src/workerApi/runEvent.ts';
import { restoreAdapter, storeAdapter } from './storedAdapter.ts';

type EngineEvent = SpecializeEvent<Adapter, TrainingEvent>;

/** An event of the engine as the page gets it, or null for what stays here: checkpoints and bare parameters. */
export async function toRunEvent(event: EngineEvent, model: LoadedModel): Promise<RunEvent | null> {
  if (event.type === 'adapterTrained') return { ...event, adapter: await storeAdapter(event.adapter, model) };
  if (event.type !== 'training') return event;
  const { event: training, ...rest } = event;
  return isProgress(training) ? { ...rest, event: training } : null;
}

/** Progress with how fast the model has written since its phase began. */
export function withSpeed(event: EngineEvent, totals: WritingTotals): EngineEvent {
  if (event.type === 'phaseStarted') totals.take();
  const writing = totals.total;
  return event.type === 'progress' && writing ? { ...event, writing } : event;
}

const progressTypes: readonly TrainingEvent['type'][] = [
  'planned',
  'started',
  'step',
  'skippedStep',
  'evaluation',
  'smallerBatch',
];

const isProgress = (event: TrainingEvent): event is TrainingProgress => progressTypes.includes(event.type);

/** The state that an earlier attempt's events led to. */
export function stateAfter(events: readonly RunEvent[], model: LoadedModel): SpecializationState<Adapter> {
  return events.reduce((state, event) => {
    if (event.type === 'device' || event.type === 'note') return state;
    if (event.type !== 'adapterTrained') return applyEvent<Adapter, unknown>(state, event);
    return applyEvent(state, { ...event, adapter: restoreAdapter(event.adapter.files, model) });
  }, emptyState<Adapter>());
}
