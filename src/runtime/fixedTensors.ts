import type { DeviceTensor, Feeds, SessionOptions, SessionSource } from './device.ts';

/** A session that reads the same tensors in every run. */
export interface BoundSession {
  /** Whether runs repeat what the first one told the GPU. Where a graph cannot be recorded, every run tells it anew. */
  readonly isCaptured: boolean;
  /**
   * Resolves when all is submitted, with all outputs. They are the session's, until the next run writes into the same memory
   * or gives it back. The first run computes everything twice. Throws `RuntimeFailure`.
   */
  run(): Promise<Feeds>;
  /** Gives back outputs and all that runs were computed in; what the session is bound to stays its owner's. */
  dispose(): Promise<void>;
}

/**
 * Tensors that stay in the same device memory from run to run, sessions bound to them, and what is done with them between
 * runs. All of it happens in the order of the calls, without anyone waiting for the device.
 */
export interface FixedTensors {
  /** A tensor on the device with the contents of one in ordinary memory; the caller owns it. */
  hold(host: DeviceTensor): DeviceTensor;
  /**
   * A session whose inputs are the tensors of their names, weights apart. Those must outlive it. Throws `RuntimeFailure`.
   */
  bind(source: SessionSource, tensors: Feeds, options?: SessionOptions): Promise<BoundSession>;
  /** Copies the second of every pair into the first, which is as large; the second may lie in ordinary memory. */
  assign(...pairs: readonly (readonly [to: DeviceTensor, from: DeviceTensor])[]): void;
  /** Fills a tensor with zeros. */
  clear(tensor: DeviceTensor): void;
  /** The float32 elements that a tensor has by now; it may be written again at once. Throws `RuntimeFailure`. */
  read(tensor: DeviceTensor): Promise<Float32Array>;
}
