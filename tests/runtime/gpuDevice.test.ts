import { afterEach, expect, it, vi } from 'vitest';
import { gpuKind, tryBuffers } from '../../src/runtime/gpuDevice.ts';

afterEach(() => vi.unstubAllGlobals());

/** A GPU with memory for `room` bytes; it says what was allocated and what is left of that. */
function cramped(room: number) {
  vi.stubGlobal('GPUBufferUsage', { STORAGE: 128 });
  const memory = { most: 0, now: 0 };
  let scope: { message: string } | null | undefined;
  const gpu = {
    limits: { maxBufferSize: 2 ** 20 },
    pushErrorScope: () => void (scope = null),
    popErrorScope: () => Promise.resolve(scope),
    createBuffer: ({ size }: { size: number }) => {
      memory.now += size;
      memory.most = Math.max(memory.most, memory.now);
      if (memory.now > room) scope = { message: 'no memory left' };
      return { destroy: () => void (memory.now -= size) };
    },
  } as unknown as GPUDevice;
  return { gpu, memory };
}

it('allocates all of what a run would take at once, in buffers that the GPU allows, and gives it back', async () => {
  const { gpu, memory } = cramped(2 ** 24);
  await tryBuffers(gpu, 10.5 * 2 ** 20);
  expect(memory).toEqual({ most: 11 * 2 ** 20, now: 0 });
});

it('says that the GPU has too little memory, and keeps none of it', async () => {
  const { gpu, memory } = cramped(2 ** 23);
  await expect(tryBuffers(gpu, 2 ** 24)).rejects.toMatchObject({
    kind: 'out-of-memory',
    message: expect.stringMatching(/^A run would take 17 MB, which this device does not give; /) as string,
    cause: 'no memory left',
  });
  expect(memory.now).toBe(0);
});

const adapterOf = (info: Partial<GPUAdapterInfo>) => ({ info: { isFallbackAdapter: false, ...info } });

it.each([
  ['hardware', adapterOf({ architecture: 'ampere' })],
  ['software', adapterOf({ architecture: 'ampere', isFallbackAdapter: true })],
  ['software', adapterOf({ architecture: 'swiftshader' })],
  ['software', adapterOf({ architecture: 'llvmpipe' })],
  ['none', null],
] as const)('knows a GPU in software from a real one: %s', async (kind, adapter) => {
  vi.stubGlobal('navigator', { gpu: { requestAdapter: () => Promise.resolve(adapter) } });
  expect(await gpuKind()).toBe(kind);
});

it('finds no GPU where the browser has no WebGPU', async () => {
  vi.stubGlobal('navigator', {});
  expect(await gpuKind()).toBe('none');
});
