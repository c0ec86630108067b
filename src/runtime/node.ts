import * as ort from 'onnxruntime-node';
import type { InferenceSession } from 'onnxruntime-node';
import type { Device, MemoryNeed, SessionOptions, SessionSource, WeightFiles } from './device.ts';
import { lackOfMemory, RuntimeFailure } from './failure.ts';
import { kernelSettings } from './leanSettings.ts';
import { readFromFolder } from './nodeWeightBytes.ts';
import { OrtDevice } from './ortDevice.ts';
import { physicalCores } from './physicalCores.ts';
import type { WeightRange } from './weightBytes.ts';

export interface NodeDeviceOptions {
  readonly provider?: 'cpu' | 'webgpu';
  /** CPU threads per session; default: one for each core (`physicalCores`). */
  readonly threads?: number;
}

/**
 * A device on onnxruntime-node. `webgpu` needs a Vulkan, Metal or D3D12 driver; tensors are plain CPU tensors on
 * both providers (onnxruntime-node 1.30 aborts the process when a GPU output is fed back).
 */
export function createNodeDevice(options: NodeDeviceOptions = {}): Device {
  return new NodeDevice(options.provider ?? 'cpu', options.threads);
}

class NodeDevice extends OrtDevice<InferenceSession.SessionOptions> {
  readonly provider: 'cpu' | 'webgpu';
  readonly weightStorage: 'mapped' | 'once';
  readonly limits = { maxBufferBytes: null, maxBindingBytes: null };
  readonly #threads: number | undefined;

  constructor(provider: 'cpu' | 'webgpu', threads: number | undefined) {
    super(ort, 'onnxruntime-node');
    this.provider = provider;
    this.weightStorage = provider === 'cpu' ? 'mapped' : 'once';
    this.#threads = threads ?? physicalCores();
  }

  get description(): string {
    return this.provider === 'cpu' ? 'CPU (onnxruntime-node)' : 'WebGPU (onnxruntime-node)';
  }

  override async tryMemory({ working }: MemoryNeed): Promise<void> {
    // The GPU belongs to onnxruntime here, and nothing tells how much memory it has. Systems other than Linux do not count
    // as free what they would give up at once.
    if (this.provider === 'webgpu' || process.platform !== 'linux') return;
    const available = process.availableMemory();
    if (working > available) throw lackOfMemory(working, available);
  }

  override async readWeights(
    weights: WeightFiles,
    ranges: readonly WeightRange[],
    into: Uint8Array,
  ): Promise<void> {
    return 'folder' in weights
      ? readFromFolder(weights.folder, ranges, into)
      : super.readWeights(weights, ranges, into);
  }

  protected async settings(
    { graph, weights }: SessionSource,
    options: SessionOptions,
  ): Promise<InferenceSession.SessionOptions> {
    const kernels = kernelSettings(graph, options);
    return {
      executionProviders: [this.provider],
      graphOptimizationLevel: options.graphOptimization ?? 'all',
      logSeverityLevel: options.logPlacement ? 0 : 3,
      ...kernels.settings,
      ...(this.#threads === undefined ? {} : { intraOpNumThreads: this.#threads }),
      extra: {
        session: {
          ...(options.forbidFallback && this.provider === 'webgpu' ? { disable_cpu_ep_fallback: '1' } : {}),
          ...kernels.session,
          ...('folder' in weights ? { model_external_initializers_file_folder_path: weights.folder } : {}),
        },
        ...(kernels.optimization && { optimization: kernels.optimization }),
      },
      ...('files' in weights ? { externalData: await loadFiles(weights) } : {}),
    };
  }
}

async function loadFiles(
  weights: Extract<WeightFiles, { files: unknown }>,
): Promise<{ path: string; data: Uint8Array }[]> {
  return Promise.all(
    weights.files.map(async ({ path, data }) => ({ path, data: await bytesOf(data, path) })),
  );
}

async function bytesOf(data: Uint8Array | Blob | URL, path: string): Promise<Uint8Array> {
  if (data instanceof Uint8Array) return data;
  if (data instanceof Blob) return new Uint8Array(await data.arrayBuffer());
  throw new RuntimeFailure(
    'missing-weights',
    `The weight file ${path} is given as a URL; under Node give its folder or its bytes.`,
  );
}
