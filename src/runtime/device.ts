/**
 * What training and generation know of the machine that runs their graphs. `node.ts` and `browser.ts` implement
 * it on onnxruntime; nobody else touches onnxruntime.
 *
 * Ownership: whoever receives a `DeviceTensor` (from `upload` or `run`) disposes it, also on failure and abort.
 * `run` never disposes its feeds; if it throws, it hands out nothing, so there is nothing to dispose.
 */

import type { WeightInput, WeightStorage } from '../graph/weightStorage.ts';
import type { FixedTensors } from './fixedTensors.ts';
import type { WeightRange } from './weightBytes.ts';

export type Provider = 'cpu' | 'wasm' | 'webgpu';

/** Array types that tensors are made of; f16 travels as its bits in a Uint16Array. */
export type TensorData =
  Float32Array | Uint16Array | BigInt64Array | Int32Array | Uint32Array | Uint8Array | Int8Array;

export type TensorType = 'float32' | 'float16' | 'int64' | 'int32' | 'uint32' | 'uint8' | 'int8' | 'bool';

/**
 * A tensor, wherever it lies. It is onnxruntime's own tensor seen through the members others need, so tensors that
 * transformers.js made can be fed as they are, and what `run` returns can be given to transformers.js.
 */
export interface DeviceTensor {
  /** Element type under onnxruntime's name, `'float32'` etc. */
  readonly type: string;
  readonly dims: readonly number[];
  /** `'cpu'`, or `'gpu-buffer'` while the data is in GPU memory. */
  readonly location: string;
  dispose(): void;
}

export type Feeds = Readonly<Record<string, DeviceTensor>>;

/** A file that initializers refer to by `path` (their `location`), held in memory or (browser) fetched from a URL. */
export interface WeightFile {
  readonly path: string;
  readonly data: Uint8Array | Blob | URL;
}

/** Where a graph's external initializers are: the folder that holds the base model (Node only), or files by name. */
export type WeightFiles = { readonly folder: string } | { readonly files: readonly WeightFile[] };

export interface SessionSource {
  /** Encoded ONNX model; its initializers point into `weights`. */
  readonly graph: Uint8Array;
  readonly weights: WeightFiles;
  /**
   * Weights that the graph takes as inputs instead of as initializers; `run` need not feed them. Only on devices whose
   * `weightStorage` is `'shared'`, where all sessions on the same `weights` have one copy; the graph may have no external
   * initializer beside them. Those that the graph does not know are passed over.
   */
  readonly inputs?: readonly WeightInput[];
}

export interface SessionOptions {
  /** How errors and logs call this session, e.g. `'training graph'`. */
  readonly label?: string;
  /** Outputs to leave in device memory (`true`: all of them). Ignored where the provider hands out CPU tensors. */
  readonly keepOnDevice?: readonly string[] | true;
  /** Hold only the memory that is in use, at some cost in speed: no buffers for later (CPU and WASM), no folded weights. */
  readonly isLean?: boolean;
  /**
   * Keep what the graph computes of weights alone, above all quantized matrices as floats, instead of computing it in every
   * run; and a run's buffers for the next. Only CPU and WASM do.
   */
  readonly keepsFloats?: boolean;
  readonly graphOptimization?: 'disabled' | 'basic' | 'extended' | 'all';
  /** Refuse to create a WebGPU session when any of its nodes would run on the CPU instead. */
  readonly forbidFallback?: boolean;
  /**
   * Record what the first run tells the GPU, and from then on repeat that. Every run must have the same feeds, all in GPU
   * buffers, of which only the contents may change, and yields the same buffers. Only WebGPU in a browser does; throws
   * `RuntimeFailure` of kind `capture-refused` where the graph has a node that cannot be recorded. See `FixedTensors`.
   */
  readonly captures?: boolean;
  /** Make onnxruntime log verbosely, so that `placement.ts` can read where each node was placed. */
  readonly logPlacement?: boolean;
}

/** An input or output as the graph declares it; symbolic dimensions by name. */
export interface PortMetadata {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly PortMetadata[];
  readonly outputMetadata: readonly PortMetadata[];
  /**
   * Runs the graph once. `fetches` restricts which outputs are handed out (default: all).
   * The caller keeps its feeds and owns the results. Throws `RuntimeFailure`.
   */
  run(feeds: Feeds, fetches?: readonly string[]): Promise<Record<string, DeviceTensor>>;
  dispose(): Promise<void>;
}

export interface DeviceLimits {
  /** Largest single buffer in bytes; `null` when only memory limits it. */
  readonly maxBufferBytes: number | null;
  /** Largest buffer a kernel may bind, in bytes; `null` when only memory limits it. */
  readonly maxBindingBytes: number | null;
}

/** Bytes that a run will take. */
export interface MemoryNeed {
  readonly weights: number;
  /** All that is not weights. */
  readonly working: number;
}

export interface Device {
  readonly provider: Provider;
  /** One line for people: what runs the graphs, e.g. `'WebGPU (apple, metal-3)'`. */
  readonly description: string;
  readonly limits: DeviceLimits;
  /** Where it has the weights of its sessions, which graphs are to be compiled for. */
  readonly weightStorage: WeightStorage;
  /** Whether its kernels are known to compute in half precision (`shader-f16` of WebGPU's adapter, in a browser). */
  readonly computesInHalf: boolean;
  /** Sessions over tensors that stay where they are, on devices where a run then costs less. */
  readonly fixed?: FixedTensors;
  /**
   * Finds out early whether there is memory for what comes: allocates it and gives it back where that means something
   * (WebGPU's buffers, WASM's heap), and asks the system where it does not (the CPU under Node on Linux, which promises
   * more than it has, and where weights are mapped files that take what is left). Resolves where nothing is known.
   * Throws `RuntimeFailure` of kind `out-of-memory`.
   */
  tryMemory(need: MemoryNeed): Promise<void>;
  /** Creates a session; the bytes of `source` may be released once it resolves. Throws `RuntimeFailure`. */
  createSession(source: SessionSource, options?: SessionOptions): Promise<Session>;
  /** Reads stretches of weight files into `into`, for graphs that get their weights in parts. Throws `RuntimeFailure`. */
  readWeights(weights: WeightFiles, ranges: readonly WeightRange[], into: Uint8Array): Promise<void>;
  /** A tensor over `data` in ordinary memory, for small feeds that change every step; `run` copies it when it must. */
  hostTensor(data: TensorData, dims: readonly number[], type?: TensorType): DeviceTensor;
  /** Copies `data` (row-major, `dims` elements) to the device's memory. The caller owns the result. */
  upload(data: TensorData, dims: readonly number[], type?: TensorType): DeviceTensor;
  /** Copies a tensor's elements out; the tensor stays alive. */
  download(tensor: DeviceTensor): Promise<TensorData>;
  /** Releases every session that is still open. Tensors stay their owners' business. */
  dispose(): Promise<void>;
}

const elementTypes = [
  [Float32Array, 'float32'],
  [Uint16Array, 'float16'],
  [BigInt64Array, 'int64'],
  [Int32Array, 'int32'],
  [Uint32Array, 'uint32'],
  [Uint8Array, 'uint8'],
  [Int8Array, 'int8'],
] as const;

/** The element type that an array holds when nothing else is said (Uint8Array: `uint8`, though it may be `bool`). */
export function elementTypeOf(data: TensorData): TensorType {
  const row = elementTypes.find(([constructor]) => data instanceof constructor);
  if (!row) throw new Error(`No tensor type for ${Object.prototype.toString.call(data)}.`);
  return row[1];
}
