import { afterEach, expect, it } from 'vitest';
import { createBrowserDevice, type BrowserDeviceOptions } from '../../src/runtime/browser.ts';
import type { Device, WeightFiles } from '../../src/runtime/device.ts';
import { negModel } from './negModel.ts';
import { weightCount, weightedModel, weightFile } from './weightedModel.ts';

/** For graphs without external weights. */
export const none: WeightFiles = { files: [] };
const open: Device[] = [];

/** A device that is disposed after the test. */
export async function deviceFor(options: BrowserDeviceOptions): Promise<Device> {
  const device = await createBrowserDevice(options);
  open.push(device);
  return device;
}

/** Call it once per test file. */
export function disposeDevices(): void {
  afterEach(async () => {
    for (const device of open.splice(0)) await device.dispose();
  });
}

async function sumWith(device: Device, location: string, weights: WeightFiles): Promise<unknown[]> {
  const session = await device.createSession(
    { graph: weightedModel(location, 100), weights },
    { label: 'sum' },
  );
  const { y } = await session.run({ x: device.hostTensor(new Float32Array(weightCount), [weightCount]) });
  return [...(await device.download(y!))];
}

const expected = Array.from({ length: weightCount }, (_, i) => i);

/** What every provider of the browser must do. */
export function itRunsGraphs(provider: 'wasm' | 'webgpu'): void {
  it('round-trips a tensor through the device', async () => {
    const device = await deviceFor({ provider });
    const tensor = device.upload(Float32Array.of(1, 2, 3), [3]);
    expect(await device.download(tensor)).toEqual(Float32Array.of(1, 2, 3));
    const ids = device.upload(BigInt64Array.of(-1n, 2n ** 40n), [2]);
    expect(await device.download(ids)).toEqual(BigInt64Array.of(-1n, 2n ** 40n));
    tensor.dispose();
    ids.dispose();
  });

  it.each([
    ['bytes', weightFile(100)],
    ['a blob', new Blob([weightFile(100).slice()])],
    ['a URL', new URL(URL.createObjectURL(new Blob([weightFile(100).slice()])))],
  ])('reads weights from %s, at an offset', async (_, data) => {
    const device = await deviceFor({ provider });
    expect(await sumWith(device, 'model.onnx', { files: [{ path: 'model.onnx', data }] })).toEqual(expected);
  });

  it('names a weight file that was not handed over', async () => {
    const device = await deviceFor({ provider });
    const failure = await sumWith(device, 'model.onnx_data', none).catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'RuntimeFailure', kind: 'missing-weights' });
    expect((failure as Error).message).toBe(
      'The sum needs a weight file that was not handed over (model.onnx_data); download the model completely.',
    );
  });

  it('says that a browser has no folders', async () => {
    const device = await deviceFor({ provider });
    await expect(sumWith(device, 'model.onnx', { folder: '/models' })).rejects.toThrow(
      /cannot read the folder/,
    );
  });

  it('names the graph when a feed has the wrong shape', async () => {
    const device = await deviceFor({ provider });
    const session = await device.createSession({ graph: negModel(), weights: none }, { label: 'negation' });
    const run = session.run({ x: device.hostTensor(new Float32Array(3), [3]) });
    await expect(run).rejects.toThrow(/The negation failed while running: .*dimensions/);
  });
}
