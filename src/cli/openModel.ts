import { loadModel, parseDtype, type LoadedModel } from '../engine/loadModel.ts';
import { modelDirectory } from '../engine/modelDirectory.ts';
import type { Device } from '../runtime/device.ts';
import { createNodeDevice } from '../runtime/node.ts';

/** The options that say what to run on what. */
export interface ModelOptions {
  readonly model: string;
  readonly dtype: string;
  readonly device: string;
  readonly threads: number | undefined;
}

export async function openModel({ model, dtype }: ModelOptions): Promise<LoadedModel> {
  return loadModel(modelDirectory(model), parseDtype(dtype));
}

export function openDevice({ device, threads }: ModelOptions): Device {
  if (device !== 'cpu' && device !== 'webgpu')
    throw new Error(`--device takes cpu or webgpu, not ${device}.`);
  return createNodeDevice({ provider: device, ...(threads !== undefined && { threads }) });
}
