import type { LoraConfig } from '../lora/adapter.ts';
import type { TargetModules } from '../lora/targets.ts';
import { pocketAdapter } from './adapterSettings.ts';
import type { StepBench } from './benchStep.ts';
import type { Dtype } from './dtype.ts';
import { loadGraph } from './loadModel.ts';
import { readText, type ModelFolder } from './modelFolder.ts';

/** A model to measure, and how much of it at a time. */
export type BenchedModel = Pick<StepBench, 'model' | 'layers' | 'vocabularySize'>;

/** Loads a model, in 4 bits unless `dtype` says otherwise, with what its configuration says of its size. @throws where that does not say it */
export async function loadBenchModel(folder: ModelFolder, dtype: Dtype = 'q4'): Promise<BenchedModel> {
  const config = JSON.parse((await readText(folder, 'config.json')) ?? '{}') as Record<string, unknown>;
  const sizeOf = (key: string): number => {
    const size = config[key];
    if (typeof size === 'number') return size;
    throw new Error(`${folder.name}/config.json has no number ${key}, which the benchmark needs.`);
  };
  return {
    model: await loadGraph(folder, dtype),
    layers: sizeOf('num_hidden_layers'),
    vocabularySize: sizeOf('vocab_size'),
  };
}

/** Rows, tokens and adapter of a step. */
export type BenchShape = Pick<StepBench, 'batchSize' | 'sequenceLength'> & {
  readonly lora: LoraConfig & { readonly targetModules: TargetModules };
};

/** The embedded model as runs train it, with rows as long as they may be. */
export const pocketBench: BenchShape = {
  batchSize: pocketAdapter.batchSize,
  sequenceLength: pocketAdapter.maxLength,
  lora: pocketAdapter,
};
