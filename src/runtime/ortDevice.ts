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
  type WeightFiles,
} from './device.ts';
import { describeFailure, RuntimeFailure } from './failure.ts';
import { WrappedSession, type OrtSession } from './ortSession.ts';
import { heldFiles, readFromFiles, type WeightRange } from './weightBytes.ts';

/** A tensor of either onnxruntime package. */
interface OrtTensor extends DeviceTensor {
  getData(): Promise<unknown>;
}

/** The part of onnxruntime's module that its packages for Node and for browsers share. */
export interface OrtModule<Options> {
  readonly InferenceSession: { create(graph: Uint8Array, options: Options): Promise<unknown> };
  readonly Tensor: new (type: TensorType, data: TensorData, dims: readonly number[]) => OrtTensor;
}

/** What the devices of both onnxruntime packages share. */
export abstract class OrtDevice<Options> implements Device {
  abstract readonly provider: Device['provider'];
  abstract readonly description: string;
  abstract readonly limits: DeviceLimits;
  readonly computesInHalf: boolean = false;
  protected readonly module: OrtModule<Options>;
  readonly #packageName: string;
  readonly #sessions = new Set<WrappedSession>();

  constructor(ort: OrtModule<Options>, packageName: string) {
    this.module = ort;
    this.#packageName = packageName;
  }

  async tryMemory(_need: MemoryNeed): Promise<void> {}

  async createSession(source: SessionSource, options: SessionOptions = {}): Promise<WrappedSession> {
    const label = options.label ?? 'graph';
    try {
      const settings = await this.settings(source, options);
      const created = this.module.InferenceSession.create(source.graph, settings);
      const session = (await this.settle(created)) as OrtSession;
      const wrapped = new WrappedSession(this.guard(session), label, (closed) =>
        this.#sessions.delete(closed),
      );
      this.#sessions.add(wrapped);
      return wrapped;
    } catch (error) {
      throw describeFailure(error, label, 'session-failed');
    }
  }

  async readWeights(weights: WeightFiles, ranges: readonly WeightRange[], into: Uint8Array): Promise<void> {
    return readFromFiles(heldFiles(weights), ranges, into);
  }

  hostTensor(
    data: TensorData,
    dims: readonly number[],
    type: TensorType = elementTypeOf(data),
  ): DeviceTensor {
    return new this.module.Tensor(type, data, dims);
  }

  upload(data: TensorData, dims: readonly number[], type?: TensorType): DeviceTensor {
    return this.hostTensor(data.slice(), dims, type);
  }

  async download(tensor: DeviceTensor): Promise<TensorData> {
    if (!(tensor instanceof this.module.Tensor)) {
      throw new RuntimeFailure(
        'run-failed',
        `Only tensors of ${this.#packageName} can be downloaded from this device.`,
      );
    }
    return (await this.settle(tensor.getData())) as TensorData;
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.dispose()));
  }

  protected abstract settings(source: SessionSource, options: SessionOptions): Options | Promise<Options>;

  /** Waits for work on the device, whichever way it ends. */
  protected settle<T>(work: Promise<T>): Promise<T> {
    return work;
  }

  /** Wraps what onnxruntime gives before anyone can run it. */
  protected guard(session: OrtSession): OrtSession {
    return session;
  }
}
