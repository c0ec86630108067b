import { InferenceSession, Tensor } from 'onnxruntime-node';
import { elementTypeOf } from './device.ts';
import type {
  Device,
  DeviceTensor,
  SessionOptions,
  SessionSource,
  TensorData,
  TensorType,
  WeightFiles,
} from './device.ts';
import { describeFailure, RuntimeFailure } from './failure.ts';
import { WrappedSession } from './ortSession.ts';
import type { OrtSession } from './ortSession.ts';

export interface NodeDeviceOptions {
  readonly provider?: 'cpu' | 'webgpu';
  /** CPU threads per session; default: onnxruntime's choice (the physical cores). */
  readonly threads?: number;
}

/**
 * A device on onnxruntime-node. `webgpu` needs a Vulkan, Metal or D3D12 driver; tensors are plain CPU tensors on
 * both providers (onnxruntime-node 1.30 aborts the process when a GPU output is fed back).
 */
export function createNodeDevice(options: NodeDeviceOptions = {}): Device {
  return new NodeDevice(options.provider ?? 'cpu', options.threads);
}

class NodeDevice implements Device {
  readonly provider: 'cpu' | 'webgpu';
  readonly limits = { maxBufferBytes: null, maxBindingBytes: null };
  readonly #threads: number | undefined;
  readonly #sessions = new Set<WrappedSession>();

  constructor(provider: 'cpu' | 'webgpu', threads: number | undefined) {
    this.provider = provider;
    this.#threads = threads;
  }

  get description(): string {
    return this.provider === 'cpu' ? 'CPU (onnxruntime-node)' : 'WebGPU (onnxruntime-node)';
  }

  async createSession(source: SessionSource, options: SessionOptions = {}): Promise<WrappedSession> {
    const label = options.label ?? 'graph';
    try {
      const session = await InferenceSession.create(
        source.graph,
        await this.#sessionOptions(source.weights, options),
      );
      const wrapped = new WrappedSession(session as OrtSession, label, (closed) =>
        this.#sessions.delete(closed),
      );
      this.#sessions.add(wrapped);
      return wrapped;
    } catch (error) {
      throw describeFailure(error, label, 'session-failed');
    }
  }

  hostTensor(
    data: TensorData,
    dims: readonly number[],
    type: TensorType = elementTypeOf(data),
  ): DeviceTensor {
    return new Tensor(type, data, dims);
  }

  upload(data: TensorData, dims: readonly number[], type?: TensorType): DeviceTensor {
    return this.hostTensor(data.slice(), dims, type);
  }

  async download(tensor: DeviceTensor): Promise<TensorData> {
    if (!(tensor instanceof Tensor)) {
      throw new RuntimeFailure(
        'run-failed',
        'Only tensors of onnxruntime-node can be downloaded from this device.',
      );
    }
    return (await tensor.getData()) as TensorData;
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.dispose()));
  }

  async #sessionOptions(
    weights: WeightFiles,
    options: SessionOptions,
  ): Promise<InferenceSession.SessionOptions> {
    return {
      executionProviders: [this.provider],
      graphOptimizationLevel: options.graphOptimization ?? 'all',
      logSeverityLevel: options.logPlacement ? 0 : 3,
      ...(options.isLean ? { enableCpuMemArena: false, enableMemPattern: false } : {}),
      ...(this.#threads === undefined ? {} : { intraOpNumThreads: this.#threads }),
      extra: {
        session: {
          ...(options.forbidFallback && this.provider === 'webgpu' ? { disable_cpu_ep_fallback: '1' } : {}),
          ...('folder' in weights ? { model_external_initializers_file_folder_path: weights.folder } : {}),
        },
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
