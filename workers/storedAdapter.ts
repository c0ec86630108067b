import { adapterLayout, type Adapter } from '../src/lora/adapter.ts';
import { readPeftConfig, readPeftParameters, readTrainedOn, writePeftAdapter } from '../src/lora/peft.ts';
import { findLoraTargets } from '../src/lora/targets.ts';
import type { LoadedModel } from '../src/engine/loadModel.ts';
import type { AdapterDescription, AdapterFiles, TrainedAdapter } from '../src/workerApi/adapter.ts';

const configFile = 'adapter_config.json';
const weightsFile = 'adapter_model.safetensors';

/** The PEFT folder of an adapter, described. */
export async function storeAdapter(
  adapter: Adapter,
  { baseModel, origin }: LoadedModel,
): Promise<TrainedAdapter> {
  const written = Object.entries(writePeftAdapter(adapter, { baseModel, trainedOn: origin }));
  const files = Object.fromEntries(written.map(([name, bytes]) => [name, new Uint8Array(bytes)]));
  return { files, description: await describeFiles(files) };
}

/** Reads a PEFT folder for a model. @throws naming the file, setting or tensor that does not fit */
export function restoreAdapter(files: AdapterFiles, model: LoadedModel): Adapter {
  const { targetModules, ...config } = readPeftConfig(textOf(files));
  const layout = adapterLayout(
    findLoraTargets(model.decoder.decoder, targetModules, model.decoder.modelType),
    config.rank,
  );
  return { config, layout, parameters: readPeftParameters(fileOf(files, weightsFile), layout) };
}

/** What an adapter's files say of it; `hash` is that of its weights. */
export async function describeFiles(files: AdapterFiles): Promise<AdapterDescription> {
  const { rank, alpha, targetModules } = readPeftConfig(textOf(files));
  const { base_model_name_or_path: base } = JSON.parse(textOf(files)) as Record<string, unknown>;
  const model = readTrainedOn(fileOf(files, weightsFile));
  const digest = await crypto.subtle.digest('SHA-256', fileOf(files, weightsFile));
  return {
    hash: [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join(''),
    rank,
    alpha,
    targetModules: targetModules === 'all-linear' ? [targetModules] : targetModules,
    baseModel: typeof base === 'string' ? base : 'not stated',
    ...(model && { model }),
  };
}

function fileOf(files: AdapterFiles, name: string): Uint8Array<ArrayBuffer> {
  const bytes = files[name];
  if (!bytes) throw new Error(`The adapter has no ${name}; load the whole folder that was downloaded.`);
  return bytes;
}

const textOf = (files: AdapterFiles): string => new TextDecoder().decode(fileOf(files, configFile));
