import { CapturedSession } from './boundSession.ts';
import type { Device, DeviceTensor, Feeds, SessionOptions, SessionSource, TensorData, TensorType } from './device.ts'; // prettier-ignore
import type { BoundSession, FixedTensors } from './fixedTensors.ts';
import { downloadBuffer, type GpuWatch } from './gpuDevice.ts';
import { recordGpu } from './gpuRecording.ts';

/** Fixed tensors in buffers of a GPU device; its queue keeps everything in order. */
export class GpuTensors implements FixedTensors {
  readonly #device: Pick<Device, 'createSession' | 'upload'>;
  readonly #gpu: GPUDevice;
  readonly #watch: GpuWatch;

  constructor(device: Pick<Device, 'createSession' | 'upload'>, gpu: GPUDevice, watch: GpuWatch) {
    this.#device = device;
    this.#gpu = gpu;
    this.#watch = watch;
  }

  hold(host: DeviceTensor): DeviceTensor {
    return this.#device.upload(dataOf(host), host.dims, host.type as TensorType);
  }

  bind(source: SessionSource, tensors: Feeds, options: SessionOptions = {}): Promise<BoundSession> {
    const create = (captures: boolean) =>
      this.#device.createSession(source, { ...options, captures, forbidFallback: captures, keepOnDevice: true }); // prettier-ignore
    const gpu = { record: () => recordGpu(this.#gpu), check: () => this.#watch.check() };
    return CapturedSession.open(create, tensors, gpu);
  }

  assign(...pairs: readonly (readonly [to: DeviceTensor, from: DeviceTensor])[]): void {
    const isOnDevice = (tensor: DeviceTensor) => tensor.location === 'gpu-buffer';
    for (const [to, from] of pairs) {
      if (!isOnDevice(from))
        this.#gpu.queue.writeBuffer(
          bufferOf(to),
          0,
          dataOf(from) as TensorData & ArrayBufferView<ArrayBuffer>,
        );
    }
    const copied = pairs.filter(([, from]) => isOnDevice(from));
    if (copied.length > 0) {
      this.#encode((commands) => {
        for (const [to, from] of copied)
          commands.copyBufferToBuffer(bufferOf(from), 0, bufferOf(to), 0, inWords(bytesOf(to)));
      });
    }
  }

  clear(tensor: DeviceTensor): void {
    this.#encode((commands) => commands.clearBuffer(bufferOf(tensor)));
  }

  async read(tensor: DeviceTensor): Promise<Float32Array> {
    const bytes = await this.#watch.during(downloadBuffer(this.#gpu, bufferOf(tensor), bytesOf(tensor)));
    this.#watch.check();
    return new Float32Array(bytes);
  }

  #encode(encode: (commands: GPUCommandEncoder) => void): void {
    const commands = this.#gpu.createCommandEncoder();
    encode(commands);
    this.#gpu.queue.submit([commands.finish()]);
  }
}

/** Tensors are onnxruntime's own, of which we see a part. */
const bufferOf = (tensor: DeviceTensor) =>
  (tensor as DeviceTensor & { readonly gpuBuffer: GPUBuffer }).gpuBuffer;
const dataOf = (tensor: DeviceTensor) => (tensor as DeviceTensor & { readonly data: TensorData }).data;

const elementBytes: Readonly<Record<string, number>> = { float32: 4, int32: 4, uint32: 4, int64: 8, float16: 2, uint8: 1, int8: 1, bool: 1 }; // prettier-ignore

const bytesOf = ({ dims, type }: DeviceTensor): number =>
  dims.reduce((product, dim) => product * dim, elementBytes[type]!);

/** Copies are in whole words; buffers are padded to that. */
const inWords = (bytes: number): number => Math.ceil(bytes / 4) * 4;
