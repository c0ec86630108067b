import { afterAll, beforeAll } from 'vitest';
import { createBrowserDevice } from '../../src/runtime/browser.ts';
import type { Device } from '../../src/runtime/device.ts';
import { requestGpuDevice } from '../../src/runtime/gpuDevice.ts';
import { countGpuBytes, type GpuBytes } from '../../src/runtime/gpuBytes.ts';

/** What the tests of a suite have, once it has begun. */
export interface CountedGpu {
  readonly device: Device;
  /** Of all buffers on it. */
  readonly bytes: GpuBytes;
}

/** A WebGPU device for the tests of the suite that calls this, with its buffers counted from the first on. */
export function useCountedGpu(): () => CountedGpu {
  let gpuDevice: GPUDevice;
  let counted: CountedGpu;
  beforeAll(async () => {
    gpuDevice = await requestGpuDevice();
    const bytes = countGpuBytes(gpuDevice);
    counted = { device: await createBrowserDevice({ gpuDevice }), bytes };
  });
  afterAll(async () => {
    await counted.device.dispose();
    gpuDevice.destroy();
  });
  return () => counted;
}
