import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBrowserDevice } from '../../src/runtime/browser.ts';
import type { Device } from '../../src/runtime/device.ts';
import { requestGpuDevice } from '../../src/runtime/gpuDevice.ts';
import { countGpuDispatches, type GpuDispatches } from '../../src/runtime/gpuDispatches.ts';
import { none } from '../support/browserDevice.ts';
import { negModel } from '../support/negModel.ts';
import { hasWebGpu } from '../support/webgpu.ts';

describe.skipIf(!hasWebGpu)('on a counted GPU', () => {
  let gpuDevice: GPUDevice;
  let dispatches: GpuDispatches;
  let device: Device;
  beforeAll(async () => {
    gpuDevice = await requestGpuDevice();
    dispatches = countGpuDispatches(gpuDevice);
    device = await createBrowserDevice({ gpuDevice });
  });
  afterAll(async () => {
    await device.dispose();
    gpuDevice.destroy();
  });

  it('a graph of one kernel is one dispatch in every run, and computes what it did', async () => {
    const session = await device.createSession({ graph: negModel(), weights: none });
    for (const runs of [1, 2]) {
      const { y } = await session.run({ x: device.hostTensor(Float32Array.of(1, -2), [2]) });
      expect(await device.download(y!)).toEqual(Float32Array.of(-1, 2));
      expect(dispatches.count).toBe(runs);
    }
  });
});
