import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { adapterLayout, type Adapter } from '../lora/adapter.ts';
import {
  readPeftConfig,
  readPeftParameters,
  writePeftAdapter,
  type AdapterProvenance,
} from '../lora/peft.ts';
import { findLoraTargets } from '../lora/targets.ts';
import type { DecoderModel } from '../compileTrainingModel.ts';

/** Writes an adapter as a PEFT folder. */
export async function saveAdapter(
  folder: string,
  adapter: Adapter,
  provenance: AdapterProvenance,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const files = Object.entries(writePeftAdapter(adapter, provenance));
  await Promise.all(files.map(([name, bytes]) => writeFile(join(folder, name), bytes)));
}

/** Reads a PEFT folder for a model. @throws naming the file, setting or tensor that does not fit */
export async function readAdapter(folder: string, { decoder, modelType }: DecoderModel): Promise<Adapter> {
  const read = async (name: string) => {
    const path = join(folder, name);
    if (!existsSync(path))
      throw new Error(`${folder} has no ${name}; give the folder of an adapter that Whittle or PEFT wrote.`);
    return readFile(path);
  };
  const { targetModules, ...config } = readPeftConfig((await read('adapter_config.json')).toString('utf8'));
  const layout = adapterLayout(findLoraTargets(decoder, targetModules, modelType), config.rank);
  const parameters = readPeftParameters(new Uint8Array(await read('adapter_model.safetensors')), layout);
  return { config, layout, parameters };
}
