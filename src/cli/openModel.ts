import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseDtype } from '../engine/dtype.ts';
import { fetchModel } from '../engine/hubModel.ts';
import { loadModel, type LoadedModel } from '../engine/loadModel.ts';
import { modelDirectory } from '../engine/modelDirectory.ts';
import type { ModelFolder } from '../engine/modelFolder.ts';
import { HubClient } from '../hub/hubClient.ts';
import { parseModelReference, type HubReference } from '../hub/modelReference.ts';
import type { AdapterProvenance } from '../lora/peft.ts';
import type { Device } from '../runtime/device.ts';
import { createNodeDevice } from '../runtime/node.ts';
import { createNodeWasmDevice } from '../runtime/nodeWasm.ts';
import { nodeLargeFiles, pathBelow } from '../storage/nodeLargeFiles.ts';
import { downloadProgress } from './downloadProgress.ts';

/** The options that say what to run on what. */
export interface ModelOptions {
  readonly model: string;
  readonly dtype: string;
  readonly device: string;
  readonly threads: number | undefined;
}

/** `device` as in `ModelOptions`; only WebAssembly wants its weights in memory. */
type ModelChoice = Pick<ModelOptions, 'model' | 'dtype'> & Partial<Pick<ModelOptions, 'device'>>;

export async function openModel(options: ModelChoice): Promise<LoadedModel> {
  return loadModel(await openModelFolder(options), parseDtype(options.dtype));
}

/** What an adapter of a model is told to come from. A folder is named without its place on this machine. */
export function provenanceOf({ baseModel, origin }: LoadedModel): AdapterProvenance {
  const id = origin.revision === '' ? basename(resolve(origin.id)) : origin.id;
  return { baseModel, trainedOn: { ...origin, id } };
}

/** The folder that `--model` names, or the Hub's model of that id, downloaded where it is not cached yet. */
export async function openModelFolder({ model, dtype, device }: ModelChoice): Promise<ModelFolder> {
  const inMemory = device === 'wasm';
  const known = parseDtype(dtype);
  const reference = existsSync(model) ? null : hubReference(model);
  if (!reference) return modelDirectory(model, { inMemory });
  const [store, client] = [nodeLargeFiles(cacheFolder()), hubClient()];
  const progress = downloadProgress(model);
  const cached = await fetchModel({ client, store, reference, dtype: known, onProgress: progress.show });
  progress.end();
  return modelDirectory(pathBelow(cacheFolder(), cached.folder), {
    name: cached.id,
    revision: cached.commit,
    inMemory,
  });
}

/** Null for what can only be a path: such a folder is missing. */
function hubReference(model: string): HubReference | null {
  const isPath = /^[./~\\]|^[A-Za-z]:\\/.test(model) || model.split('@')[0]!.split('/').length !== 2;
  const isAddress = /^https?:|^(www\.)?(huggingface|hf)\.co\//.test(model);
  return isPath && !isAddress ? null : parseModelReference(model);
}

/** Settings by environment, under the names that Hugging Face's own tools have for them. */
function hubClient(): HubClient {
  const { HF_ENDPOINT: endpoint, HF_TOKEN: token } = process.env;
  return new HubClient({ ...(endpoint && { endpoint }), ...(token && { token }) });
}

/** Where downloaded models are kept: `WHITTLE_CACHE`, or the usual place for caches. */
function cacheFolder(): string {
  const { WHITTLE_CACHE: own, XDG_CACHE_HOME: caches } = process.env;
  return own || join(caches || join(homedir(), '.cache'), 'whittle');
}

/** @throws when `device` is none of the three */
export async function openDevice({
  device,
  threads,
}: Pick<ModelOptions, 'device' | 'threads'>): Promise<Device> {
  const limit = threads !== undefined && { threads };
  if (device === 'wasm') return createNodeWasmDevice({ ...limit });
  if (device === 'cpu' || device === 'webgpu') return createNodeDevice({ provider: device, ...limit });
  throw new Error(`--device takes cpu, wasm or webgpu, not ${device}.`);
}
