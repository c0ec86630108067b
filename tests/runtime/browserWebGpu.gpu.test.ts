import { describe, expect, it } from 'vitest';
import { gpuKind, requestGpuDevice } from '../../src/runtime/gpuDevice.ts';
import { capturePlacement, tapConsole } from '../../src/runtime/placement.ts';
import { deviceFor, disposeDevices, itRunsGraphs, none } from '../support/browserDevice.ts';
import { negModel } from '../support/negModel.ts';
import { hasWebGpu } from '../support/webgpu.ts';
import { cpuOnlyModel } from '../support/weightedModel.ts';

tapConsole();
disposeDevices();

describe.skipIf(!hasWebGpu)('WebGPU in the browser', () => {
  itRunsGraphs('webgpu');

  it('is what a page gets when it does not say, unless the GPU is one in software', async () => {
    const device = await deviceFor({});
    expect(device.provider).toBe((await gpuKind()) === 'hardware' ? 'webgpu' : 'wasm');
  });

  it('has the limits of the adapter', async () => {
    const device = await deviceFor({ provider: 'webgpu' });
    expect(device.provider).toBe('webgpu');
    expect(device.description).toMatch(/^WebGPU \(/);
    expect(device.limits.maxBindingBytes).toBeGreaterThanOrEqual(2 ** 27);
  });

  it('allocates what a run would take, and gives it back', async () => {
    const device = await deviceFor({ provider: 'webgpu' });
    // A buffer that was kept would show in the sum.
    for (let i = 0; i < 5; i++)
      await expect(device.tryMemory({ weights: 2 ** 26, working: 2 ** 26 })).resolves.toBeUndefined();
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
