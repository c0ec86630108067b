import { pocketModel } from '../../workerApi/model.ts';
import type { GeneratedTask } from '../../workerApi/runEvent.ts';
import type { OpenRun } from '../store/appState.ts';

/** Every generated task, the rejected ones too, one JSON object per line. */
export const taskLines = (tasks: readonly GeneratedTask[]): string =>
  tasks.map((task) => `${JSON.stringify(task)}\n`).join('');

/** What the run was started with and what came out. */
export function reportFile({ setup, state }: OpenRun): string {
  const { model = pocketModel, domain, documents, parameters } = setup;
  const summary = { name: domain.name, seeds: domain.seeds.length, documents: documents.map(({ id }) => id) };
  return JSON.stringify(
    { model, domain: summary, parameters, adapters: state.adapters, report: state.report },
    null,
    2,
  );
}
