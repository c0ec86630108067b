import { dependencies, version } from '../package.json';
import type { LoadedModel } from '../src/engine/loadModel.ts';
import { planFiles, versionsIn } from '../src/engine/runPlan.ts';
import { specializationFiles } from '../src/specialize/artefacts.ts';
import type { RunEvent } from '../src/workerApi/runEvent.ts';
import { pocketModel } from '../src/workerApi/model.ts';
import type { RunSetup } from '../src/workerApi/whittleWorkerApi.ts';
import { stateAfter } from './runEvents.ts';
import { presetWith } from './runSettings.ts';

/** What the command line's `specialize` leaves in its folder, but for the adapters: the page has their bytes. */
export function runFiles(
  model: LoadedModel,
  { domain, documents, model: reference = pocketModel, parameters }: RunSetup,
  events: readonly RunEvent[],
): Record<string, string> {
  const told = events.filter(({ type }) => type !== 'adapterTrained');
  const provider = events.flatMap((event) => (event.type === 'device' ? [event.provider] : [])).at(-1);
  const plan = {
    ...{ model: reference.id, dtype: reference.dtype, device: provider ?? 'wasm' },
    ...{ ...presetWith(model, parameters), domain, documents },
  };
  const notes = { trainedOn: reference, versions: versionsIn({ version, dependencies }) };
  return { ...planFiles(plan, notes), ...specializationFiles(stateAfter(told, model), domain) };
}
