import { smallModelAdapter } from '../../src/engine/adapterSettings.ts';
import type { Specialization } from '../../src/engine/specializeModel.ts';
import type { Adapter } from '../../src/lora/adapter.ts';
import type { DatasetRow } from '../../src/specialize/dataset.ts';
import { checkDomain } from '../../src/specialize/domain.ts';
import { phaseKey, type Stage } from '../../src/specialize/events.ts';
import { settingsPresets } from '../../src/specialize/presets.ts';
import { emptyState } from '../../src/specialize/state.ts';

const words = ['cat', 'dog', 'hen', 'cow', 'pig', 'bee'];
const rowOf = (word: string, i: number): DatasetRow => ({
  id: `seed-${i}`,
  source: 'seed',
  seedIds: [],
  example: { prompt: `what is ${word}? `, completion: i % 2 ? 'a big animal.' : 'small.' },
});

const task = (n: number) => ({ instruction: `what is ${n}?`, output: `${n}`, task: 'numbers' });
const domain = checkDomain({
  ...{ name: 'animals', description: 'Animals.', documents: [], heldOut: [task(5)] },
  seeds: [1, 2, 3, 4].map(task),
});

/** A run that has come to its training: everything before is finished. */
export function runAtTraining(): Specialization {
  const done: Stage[] = ['recitation', 'instructions', 'replay', 'responses', 'dataset'];
  const finished = [
    ...done.map((stage) => phaseKey({ stage, round: 1 })),
    phaseKey({ stage: 'evaluation', round: 1, model: 'base' }),
  ];
  return {
    domain,
    documents: [],
    settings: { ...settingsPresets.small, rounds: 1 },
    adapter: { ...smallModelAdapter, rank: 2, batchSize: 2, maxLength: 32, epochs: 2, learningRate: 1e-2 },
    state: { ...emptyState<Adapter>(), finished, dataset: { train: words.map(rowOf), valid: [] } },
  };
}
