import type { DeviceLimits } from './device.ts';
import { lackOfMemory, RuntimeFailure } from './failure.ts';

/** Features that onnxruntime's WebGPU kernels use where the adapter has them. */
const usefulFeatures: readonly GPUFeatureName[] = ['shader-f16', 'subgroups'];

/** What this browser calls a GPU. One that the processor imitates is several times slower than WASM on that processor. */
export type GpuKind = 'none' | 'software' | 'hardware';

/** Asks the browser; nothing is kept. */
export async function gpuKind(): Promise<GpuKind> {
  const adapter = await requestAdapter();
  if (!adapter) return 'none';
  return isSoftware(adapter.info) ? 'software' : 'hardware';
}

/** Drivers without hardware, by the names that browsers give their architectures. */
const softwareArchitectures = ['swiftshader', 'llvmpipe', 'warp'];

/** Not every browser marks such an adapter as a fallback. */
function isSoftware({ isFallbackAdapter, architecture }: GPUAdapterInfo): boolean {
  return isFallbackAdapter || softwareArchitectures.includes(architecture);
}

async function requestAdapter(): Promise<GPUAdapter | null> {
  const hasWebGpu = typeof navigator !== 'undefined' && 'gpu' in navigator;
  return hasWebGpu ? navigator.gpu.requestAdapter({ powerPreference: 'high-performance' }) : null;
}

/**
 * A GPU device with everything its adapter allows. We make it, rather than let onnxruntime make it, to hear of its
 * loss, to upload without a session, and to give its memory back. Throws `RuntimeFailure` where there is no WebGPU.
 */
export async function requestGpuDevice(): Promise<GPUDevice> {
  const adapter = await requestAdapter();
  if (!adapter) {
    throw new RuntimeFailure(
      'webgpu-unavailable',
      'WebGPU is not available in this browser; use a current Chrome, Edge, Firefox or Safari, or run on WASM.',
    );
  }
  return adapter.requestDevice({
    requiredFeatures: usefulFeatures.filter((feature) => adapter.features.has(feature)),
    requiredLimits: allLimits(adapter.limits),
  });
}

/** WebGPU grants the specification's minimum unless more is asked for; kernels want what there is. */
function allLimits(limits: GPUSupportedLimits): Record<string, number> {
  const names = [
    'maxBufferSize',
    'maxStorageBufferBindingSize',
    'maxStorageBuffersPerShaderStage',
    'maxComputeWorkgroupStorageSize',
    'maxComputeInvocationsPerWorkgroup',
    'maxComputeWorkgroupSizeX',
    'maxComputeWorkgroupSizeY',
    'maxComputeWorkgroupSizeZ',
    'maxComputeWorkgroupsPerDimension',
  ] as const;
  return Object.fromEntries(names.map((name) => [name, limits[name]]));
}

export function limitsOf(gpu: GPUDevice): DeviceLimits {
  return {
    maxBufferBytes: gpu.limits.maxBufferSize,
    maxBindingBytes: gpu.limits.maxStorageBufferBindingSize,
  };
}

/** `'WebGPU (google, swiftshader)'`: what the browser tells about the adapter. */
export function describeGpu(gpu: GPUDevice): string {
  const { vendor, architecture, description } = gpu.adapterInfo;
  const words = [vendor, architecture || description].filter((word) => word !== '');
  return words.length > 0 ? `WebGPU (${words.join(', ')})` : 'WebGPU';
}

/** How long the news of a loss may come after the failures that it causes. */
const lossNewsMilliseconds = 250;

/** Remembers the first thing that makes a GPU device unusable, and tells work that waits on it. */
export class GpuWatch {
  readonly #gpu: GPUDevice;
  /** Rejects when the device is lost; never resolves. */
  readonly #lost: Promise<never>;
  #failure: RuntimeFailure | undefined;

  constructor(gpu: GPUDevice) {
    this.#gpu = gpu;
    gpu.addEventListener('uncapturederror', ({ error }) => {
      if (error instanceof GPUOutOfMemoryError) this.#failure ??= outOfMemory(error.message);
    });
    this.#lost = gpu.lost.then((info) => {
      this.#failure = deviceLost(info);
      throw this.#failure;
    });
    // Nobody may be waiting when the device goes; `check` reports it to the next caller.
    this.#lost.catch(() => undefined);
  }

  /**
   * Waits for `work`, which may never end on a lost device. Where it fails because of the loss (its buffers could not be
   * read, say), the loss is what is thrown.
   */
  async during<T>(work: Promise<T>): Promise<T> {
    try {
      return await Promise.race([work, this.#lost]);
    } catch (error) {
      if (this.#failure === undefined) await Promise.race([this.#lost, this.#newsHasCome()]);
      this.check();
      throw error;
    }
  }

  /** Throws what happened to the device, if anything did. Lack of memory is said once: released sessions may end it. */
  check(): void {
    const failure = this.#failure;
    if (failure?.kind === 'out-of-memory') this.#failure = undefined;
    if (failure) throw failure;
  }

  async #newsHasCome(): Promise<void> {
    await this.#gpu.queue.onSubmittedWorkDone().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, lossNewsMilliseconds));
  }
}

function deviceLost(info: GPUDeviceLostInfo): RuntimeFailure {
  const why =
    info.reason === 'destroyed' ? 'it was released' : info.message.split('\n')[0] || 'driver reset or sleep';
  return new RuntimeFailure(
    'device-lost',
    `The GPU was lost (${why}); try again: a run goes on from its last checkpoint.`,
  );
}

function outOfMemory(message: string): RuntimeFailure {
  return new RuntimeFailure(
    'out-of-memory',
    'The GPU ran out of memory; lower the batch size, the maximum length or the rank, or close other tabs.',
    { cause: message },
  );
}

/** Allocates buffers of `bytes` in all and gives them back. Throws `RuntimeFailure` where the GPU has no memory for them. */
export async function tryBuffers(gpu: GPUDevice, bytes: number): Promise<void> {
  const largest = Math.min(gpu.limits.maxBufferSize, trialBuffer);
  gpu.pushErrorScope('out-of-memory');
  const buffers = Array.from({ length: Math.ceil(bytes / largest) }, () =>
    gpu.createBuffer({ size: largest, usage: GPUBufferUsage.STORAGE }),
  );
  const error = await gpu.popErrorScope();
  for (const buffer of buffers) buffer.destroy();
  if (error) throw lackOfMemory(bytes, null, error.message);
}

/** Bytes of one buffer of a trial: small enough that rounding up does not matter. */
const trialBuffer = 2 ** 25;

/** Copies bytes into a new storage buffer; onnxruntime wants sizes in multiples of 16 bytes. The caller owns it. */
export function uploadBuffer(gpu: GPUDevice, bytes: Uint8Array): GPUBuffer {
  const buffer = gpu.createBuffer({
    size: Math.max(16, Math.ceil(bytes.byteLength / 16) * 16),
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    mappedAtCreation: true,
  });
  new Uint8Array(buffer.getMappedRange()).set(bytes);
  buffer.unmap();
  return buffer;
}

/** Copies the first `length` bytes of a buffer out. */
export async function downloadBuffer(
  gpu: GPUDevice,
  buffer: GPUBuffer,
  length: number,
): Promise<ArrayBuffer> {
  const size = Math.ceil(length / 4) * 4;
  const staging = gpu.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  try {
    const commands = gpu.createCommandEncoder();
    commands.copyBufferToBuffer(buffer, 0, staging, 0, size);
    gpu.queue.submit([commands.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    return staging.getMappedRange().slice(0, length);
  } finally {
    staging.destroy();
  }
}
