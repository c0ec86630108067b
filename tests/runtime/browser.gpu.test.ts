import { afterEach, describe, expect, it } from 'vitest';
import { createBrowserDevice, type BrowserDeviceOptions } from '../../src/runtime/browser.ts';
import type { Device, WeightFiles } from '../../src/runtime/device.ts';
import { requestGpuDevice } from '../../src/runtime/gpuDevice.ts';
import { capturePlacement, tapConsole } from '../../src/runtime/placement.ts';
import { negModel } from '../support/negModel.ts';
import { hasWebGpu } from '../support/webgpu.ts';
import { cpuOnlyModel, weightCount, weightedModel, weightFile } from '../support/weightedModel.ts';

tapConsole();

const none: WeightFiles = { files: [] };
const open: Device[] = [];

async function deviceFor(options: BrowserDeviceOptions): Promise<Device> {
  const device = await createBrowserDevice(options);
  open.push(device);
  return device;
}

afterEach(async () => {
  for (const device of open.splice(0)) await device.dispose();
});

async function sumWith(device: Device, location: string, weights: WeightFiles): Promise<unknown[]> {
  const session = await device.createSession(
    { graph: weightedModel(location, 100), weights },
    { label: 'sum' },
  );
  const { y } = await session.run({ x: device.hostTensor(new Float32Array(weightCount), [weightCount]) });
  return [...(await device.download(y!))];
}

const expected = Array.from({ length: weightCount }, (_, i) => i);

function itRunsGraphs(provider: 'wasm' | 'webgpu'): void {
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

describe('WASM in the browser', () => {
  itRunsGraphs('wasm');

  it('uses several threads, since the page is isolated', async () => {
    const device = await deviceFor({ provider: 'wasm' });
    expect(device.description).toBe(`WASM (${Math.min(navigator.hardwareConcurrency, 8)} threads)`);
  });
});

describe.skipIf(!hasWebGpu)('WebGPU in the browser', () => {
  itRunsGraphs('webgpu');

  it('is what a page gets when it does not say, with the limits of the adapter', async () => {
    const device = await deviceFor({});
    expect(device.provider).toBe('webgpu');
    expect(device.description).toMatch(/^WebGPU \(/);
    expect(device.limits.maxBindingBytes).toBeGreaterThanOrEqual(2 ** 27);
  });

  it('keeps state on the device from step to step', async () => {
    const device = await deviceFor({ provider: 'webgpu' });
    const session = await device.createSession({ graph: negModel(), weights: none }, { keepOnDevice: ['y'] });
    let x = device.upload(Float32Array.of(1, -2), [2]);
    for (let step = 0; step < 3; step++) {
      const { y } = await session.run({ x });
      expect(y!.location).toBe('gpu-buffer');
      x.dispose();
      x = y!;
    }
    expect(await device.download(x)).toEqual(Float32Array.of(-1, 2));
    x.dispose();
  });

  it('places a graph of supported ops on the GPU, as the log says', async () => {
    const device = await deviceFor({ provider: 'webgpu' });
    const create = () => device.createSession({ graph: negModel(), weights: none }, { logPlacement: true });
    const { placement } = await capturePlacement(create);
    expect(placement).toEqual({ nodeCounts: { WebGpuExecutionProvider: 1 }, nodesOnCpu: [] });
  });

  it('shows a node that fell back to the CPU, and refuses that where it is forbidden', async () => {
    const device = await deviceFor({ provider: 'webgpu' });
    const source = { graph: cpuOnlyModel(), weights: none };
    const { placement } = await capturePlacement(() => device.createSession(source, { logPlacement: true }));
    expect(placement.nodesOnCpu).toEqual(['Hardmax (peak)']);
    await expect(device.createSession(source, { forbidFallback: true })).rejects.toMatchObject({
      kind: 'cpu-fallback',
    });
  });

  it('says so when the GPU is lost', async () => {
    const gpuDevice = await requestGpuDevice();
    const device = await deviceFor({ provider: 'webgpu', gpuDevice });
    const session = await device.createSession({ graph: negModel(), weights: none });
    gpuDevice.destroy();
    await gpuDevice.lost;
    const run = session.run({ x: device.hostTensor(Float32Array.of(1, 2), [2]) });
    await expect(run).rejects.toMatchObject({
      kind: 'device-lost',
      message: expect.stringContaining('checkpoint'),
    });
  });
});
