import { availableParallelism } from 'node:os';
import * as ort from 'onnxruntime-node';
import type * as Ort from 'onnxruntime-web';
import type { Device, DeviceTensor } from './device.ts';
import type { OrtSession } from './ortSession.ts';
import { WasmDevice } from './wasmDevice.ts';

/**
 * A device on onnxruntime-web's WebAssembly, under Node: slower than `createNodeDevice`, and equal to a page on WASM to the
 * last bit. Its threads are fixed by the first session of the process; weights must be given in memory.
 */
export async function createNodeWasmDevice({ threads }: { readonly threads?: number } = {}): Promise<Device> {
  const web = await import('onnxruntime-web');
  web.env.wasm.numThreads = threads ?? Math.min(availableParallelism(), 8);
  return new NodeWasmDevice(web);
}

/**
 * Hands out and takes onnxruntime-node's tensors, since transformers.js knows only those under Node; the sessions'
 * own are made around the same memory.
 */
class NodeWasmDevice extends WasmDevice {
  readonly #web: typeof Ort;

  constructor(web: typeof Ort) {
    super(web, ort.Tensor);
    this.#web = web;
  }

  protected override guard(inner: OrtSession): OrtSession {
    const run = async (feeds: Record<string, DeviceTensor>, fetches: readonly string[]) => {
      const outputs = await inner.run(retyped(feeds, this.#web.Tensor), fetches);
      return retyped(outputs, ort.Tensor);
    };
    const { inputNames, outputNames, inputMetadata, outputMetadata } = inner;
    return { inputNames, outputNames, inputMetadata, outputMetadata, run, release: () => inner.release() };
  }
}

type TensorClass = new (type: never, data: never, dims: readonly number[]) => DeviceTensor;

function retyped(tensors: Readonly<Record<string, DeviceTensor>>, Tensor: TensorClass) {
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    const { type, data, dims } = tensor as ort.Tensor;
    return [name, new Tensor(type as never, data as never, dims)] as const;
  });
  return Object.fromEntries(entries) as Record<string, never>;
}
