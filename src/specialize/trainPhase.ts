import type { Dataset, DatasetRow, TrainingExample } from './dataset.ts';
import type { AdapterName, SpecializeEvent } from './events.ts';
import { type Events, once, type Run } from './run.ts';

/** Trains an adapter on the base model with these rows. */
export async function* trainAdapter<A, T>(
  run: Run<A, T>,
  model: AdapterName,
  round: number,
  dataset: () => Dataset,
): Events<A, T> {
  yield* once(run, { stage: 'training', round, model }, 1, async function* (): Events<A, T> {
    const { settings, signal } = run;
    const [train, valid] = [examplesOf(dataset().train), examplesOf(dataset().valid)];
    const training = run.train({ model, round, train, valid, seed: settings.seed, signal });
    const adapter = yield* passTraining(run, training, model, round);
    yield { type: 'adapterTrained', model, round, adapter };
  });
}

const examplesOf = (rows: readonly DatasetRow[]): TrainingExample[] => rows.map(({ example }) => example);

/** Passes the events on and returns the adapter; leaving early lets the training clean up. */
async function* passTraining<A, T>(
  run: Run<A, T>,
  training: AsyncGenerator<T, A>,
  model: AdapterName,
  round: number,
): AsyncGenerator<SpecializeEvent<A, T>, A> {
  let isDone = false;
  try {
    for (;;) {
      const next = await training.next();
      if (next.done) {
        isDone = true;
        return next.value;
      }
      yield { type: 'training', model, round, event: next.value };
      await run.ready();
    }
  } finally {
    if (!isDone) await training.return(undefined as never);
  }
}
