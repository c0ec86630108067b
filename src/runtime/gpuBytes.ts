/** Bytes of a GPU device's buffers, as they were asked for. */
export class GpuBytes {
  #live = 0;
  #peak = 0;

  /** Created and not destroyed, now. */
  get live(): number {
    return this.#live;
  }

  /** The most that `live` has been since `forgetPeak`. */
  get peak(): number {
    return this.#peak;
  }

  forgetPeak(): void {
    this.#peak = this.#live;
  }

  add(bytes: number): void {
    this.#live += bytes;
    this.#peak = Math.max(this.#peak, this.#live);
  }
}

/**
 * Counts the buffers of `gpu` from now on: call it before anyone else gets the device. A buffer that is dropped without
 * being destroyed counts until the end, since nothing says when the browser collects it.
 */
export function countGpuBytes(gpu: GPUDevice): GpuBytes {
  const bytes = new GpuBytes();
  const create = gpu.createBuffer.bind(gpu);
  gpu.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    bytes.add(buffer.size);
    const destroy = buffer.destroy.bind(buffer);
    let isLive = true;
    buffer.destroy = () => {
      if (isLive) bytes.add(-buffer.size);
      isLive = false;
      destroy();
    };
    return buffer;
  };
  return bytes;
}
