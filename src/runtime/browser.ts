import type * as Ort from 'onnxruntime-web/webgpu';
import {
  elementTypeOf,
  type Device,
  type DeviceLimits,
  type DeviceTensor,
  type MemoryNeed,
  type SessionOptions,
  type SessionSource,
  type TensorData,
  type TensorType,
} from './device.ts';
import { RuntimeFailure } from './failure.ts';
import {
  describeGpu,
  downloadBuffer,
  gpuKind,
  GpuWatch,
  limitsOf,
  requestGpuDevice,
  tryBuffers,
  uploadBuffer,
} from './gpuDevice.ts';
import { GpuTensors } from './gpuTensors.ts';
import { leanOptimization } from './leanSettings.ts';
import { OrtDevice } from './ortDevice.ts';
import type { OrtSession } from './ortSession.ts';
import { fedWith, SharedWeights } from './sharedWeights.ts';
import { heldFiles } from './weightBytes.ts';
import { WasmDevice, webSettings, type WebOptions } from './wasmDevice.ts';

export interface BrowserDeviceOptions {
  /** Folder from which onnxruntime's WebAssembly is served, with the slash; `'/ort/'` by default, never a CDN. */
  readonly ortUrl?: string;
  /** `'auto'` (default): WebGPU, or WASM where there is none or only one in software. `'webgpu'` throws where there is none. */
  readonly provider?: 'auto' | 'webgpu' | 'wasm';
  /** WASM threads; default: the machine's, up to 8, and 1 unless the page is cross-origin isolated. */
  readonly threads?: number;
  /** A GPU device to run on instead of a new one; it is then not destroyed by `dispose`. */
  readonly gpuDevice?: GPUDevice;
}

/**
 * The WebAssembly of this page or worker, fixed by its first device. onnxruntime-web comes as two builds: one with
 * WebGPU, and one without that is half as large and has CPU kernels that the other leaves out
 * (GatherBlockQuantized, which embeds tokens in 4-bit models).
 */
let loadedBuild: 'ort-wasm-simd-threaded.asyncify' | 'ort-wasm-simd-threaded' | undefined;

/**
 * A device on onnxruntime-web. Its settings (WebAssembly, threads) are read once per page or worker, when the first
 * session is created; a page that began with WASM cannot change to WebGPU.
 * Throws `RuntimeFailure` when WebGPU was demanded and is absent.
 */
export async function createBrowserDevice(options: BrowserDeviceOptions = {}): Promise<Device> {
  const gpu = options.gpuDevice ?? (await findGpu(options.provider ?? 'auto'));
  // Imported when needed: Node never loads it, and pages without a model do not either.
  const ort = await import('onnxruntime-web/webgpu');
  loadedBuild ??= gpu ? 'ort-wasm-simd-threaded.asyncify' : 'ort-wasm-simd-threaded';
  const build = `${options.ortUrl ?? '/ort/'}${loadedBuild}`;
  ort.env.wasm.wasmPaths = { mjs: `${build}.mjs`, wasm: `${build}.wasm` };
  ort.env.wasm.numThreads = options.threads ?? defaultThreads();
  return gpu ? new WebGpuDevice(ort, gpu, options.gpuDevice === undefined) : new WasmDevice(ort);
}

/** The version of onnxruntime-web that this page has. */
export async function runtimeVersion(): Promise<string> {
  const { env } = await import('onnxruntime-web/webgpu');
  return env.versions.web ?? 'unknown';
}

async function findGpu(provider: 'auto' | 'webgpu' | 'wasm'): Promise<GPUDevice | null> {
  const isWithoutWebGpu = loadedBuild === 'ort-wasm-simd-threaded';
  if (provider === 'wasm' || (provider === 'auto' && isWithoutWebGpu)) return null;
  if (provider === 'auto' && (await gpuKind()) !== 'hardware') return null;
  if (isWithoutWebGpu) {
    throw new RuntimeFailure(
      'webgpu-unavailable',
      'This page already runs onnxruntime without WebGPU; reload it, or use WebGPU in a worker of its own.',
    );
  }
  try {
    return await requestGpuDevice();
  } catch (error) {
    if (provider === 'webgpu') throw error;
    return null;
  }
}

function defaultThreads(): number {
  return globalThis.crossOriginIsolated ? Math.min(navigator.hardwareConcurrency, 8) : 1;
}

/**
 * Buffers are given back at the end of the batch of kernels that read them last. By default onnxruntime rounds each up to a
 * size class, by as much as twice, and keeps it as long as there is a device, which takes up to half as much memory again as
 * a step needs. What the first session on a device asks for holds for all later ones.
 */
const storageBufferCacheMode = 'lazyRelease';

class WebGpuDevice extends OrtDevice<WebOptions> {
  readonly provider = 'webgpu';
  readonly weightStorage = 'shared';
  readonly limits: DeviceLimits;
  readonly description: string;
  override readonly computesInHalf: boolean;
  readonly fixed: GpuTensors;
  readonly #ort: typeof Ort;
  readonly #gpu: GPUDevice;
  readonly #ownsGpu: boolean;
  readonly #watch: GpuWatch;
  readonly #weights = new SharedWeights((data, dims, type) => this.upload(data, dims, type));

  constructor(ort: typeof Ort, gpu: GPUDevice, ownsGpu: boolean) {
    super(ort, 'onnxruntime-web');
    this.#ort = ort;
    this.#gpu = gpu;
    this.#ownsGpu = ownsGpu;
    this.#watch = new GpuWatch(gpu);
    this.limits = limitsOf(gpu);
    this.description = describeGpu(gpu);
    this.computesInHalf = gpu.features.has('shader-f16');
    this.fixed = new GpuTensors(this, gpu, this.#watch);
  }

  override async tryMemory({ weights, working }: MemoryNeed): Promise<void> {
    this.#watch.check();
    return this.settle(tryBuffers(this.#gpu, weights + working));
  }

  override upload(
    data: TensorData,
    dims: readonly number[],
    type: TensorType = elementTypeOf(data),
  ): DeviceTensor {
    this.#watch.check();
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const buffer = uploadBuffer(this.#gpu, bytes);
    const ArrayType = data.constructor as new (bytes: ArrayBuffer) => Float32Array;
    return this.#ort.Tensor.fromGpuBuffer(buffer, {
      dataType: type as 'float32',
      dims,
      download: async () => new ArrayType(await downloadBuffer(this.#gpu, buffer, bytes.byteLength)),
      dispose: () => buffer.destroy(),
    });
  }

  override async dispose(): Promise<void> {
    await super.dispose();
    if (this.#ownsGpu) this.#gpu.destroy();
  }

  protected settings({ weights, inputs = [] }: SessionSource, options: SessionOptions): WebOptions {
    this.#watch.check();
    const keep = options.keepOnDevice ?? [];
    const locations =
      keep === true ? 'gpu-buffer' : Object.fromEntries(keep.map((name) => [name, 'gpu-buffer' as const]));
    // onnxruntime would load whole files for a graph that reads nothing from them.
    const common = webSettings(inputs.length > 0 ? { files: [] } : weights, options);
    const lean = { extra: { ...common.extra, optimization: leanOptimization } };
    return {
      ...common,
      ...(options.isLean ? lean : {}),
      executionProviders: [{ name: 'webgpu', device: this.#gpu, storageBufferCacheMode }],
      preferredOutputLocation: locations,
      enableGraphCapture: options.captures === true,
    };
  }

  protected override settle<T>(work: Promise<T>): Promise<T> {
    return this.#watch.during(work);
  }

  protected override async feed(session: OrtSession, source: SessionSource): Promise<OrtSession> {
    const inputs = source.inputs?.filter(({ name }) => session.inputNames.includes(name)) ?? [];
    if (inputs.length === 0) return session;
    return fedWith(session, await this.settle(this.#weights.hold(heldFiles(source.weights).files, inputs)));
  }

  protected override guard(inner: OrtSession): OrtSession {
    const watch = this.#watch;
    const run: OrtSession['run'] = async (feeds, fetches) => {
      watch.check();
      const outputs = await watch.during(inner.run(feeds, fetches));
      releaseUnless(() => watch.check(), outputs);
      return outputs;
    };
    const { inputNames, outputNames, inputMetadata, outputMetadata } = inner;
    return { inputNames, outputNames, inputMetadata, outputMetadata, run, release: () => inner.release() };
  }
}

/** Disposes `outputs` when `check` throws: nobody else will get to see them. */
function releaseUnless(check: () => void, outputs: Record<string, DeviceTensor>): void {
  try {
    check();
  } catch (error) {
    for (const output of Object.values(outputs)) output.dispose();
    throw error;
  }
}
