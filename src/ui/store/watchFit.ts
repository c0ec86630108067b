import { isSameModel } from '../../workerApi/model.ts';
import type { ChatApi, TrainingShape } from '../../workerApi/whittleWorkerApi.ts';
import type { AppState, AppStore } from './appState.ts';
import type { Connection } from './services.ts';

/** A number is typed digit by digit. */
const calmMs = 400;

/** Works out in the worker, each time that model or parameters change, whether training fits into memory. */
export function watchFit(store: AppStore, chat: () => Connection<ChatApi>): void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  store.subscribe((now, before) => {
    if (!asksAnew(now, before)) return;
    if (timer) clearTimeout(timer);
    store.setState({ fit: null });
    timer = setTimeout(() => void workOut(store, chat), calmMs);
  });
}

async function workOut(store: AppStore, chat: () => Connection<ChatApi>): Promise<void> {
  const asked = store.getState();
  const { engine, parameters } = asked;
  if (engine.kind !== 'ready' || !parameters) return;
  const { reference } = engine.model;
  // What cannot be planned is told when it is trained.
  const fit = await chat()
    .call((api) => api.planTraining(reference, shapeOf(parameters)))
    .catch(() => null);
  if (!asksAnew(store.getState(), asked)) store.setState({ fit });
}

const shapeOf = ({ batchSize, maxLength, rank, alpha }: TrainingShape): TrainingShape => ({
  batchSize,
  maxLength,
  rank,
  alpha,
});

function asksAnew(now: AppState, before: AppState): boolean {
  if (now.engine.kind !== 'ready' || !now.parameters) return false;
  if (before.engine.kind !== 'ready' || !before.parameters) return true;
  if (!isSameModel(now.engine.model.reference, before.engine.model.reference)) return true;
  const [shape, earlier] = [shapeOf(now.parameters), shapeOf(before.parameters)];
  return (Object.keys(shape) as (keyof TrainingShape)[]).some((key) => shape[key] !== earlier[key]);
}
