import { createBrowserDevice, runtimeVersion } from '../runtime/browser.ts';
import type { Device } from '../runtime/device.ts';
import { countGpuBytes } from '../runtime/gpuBytes.ts';
import { gpuKind, requestGpuDevice } from '../runtime/gpuDevice.ts';
import { countGpuDispatches } from '../runtime/gpuDispatches.ts';
import { watchWasmHeap } from '../runtime/wasmHeap.ts';
import { loadBenchModel, type BenchShape } from './benchModel.ts';
import { benchStep, type BenchProgress, type Gauges, type StepFigures } from './benchStep.ts';
import { modelFolderAt } from './modelFolder.ts';

export interface BrowserBench extends BenchShape {
  /** Where the model's folder is served, without a slash at its end. */
  readonly model: string;
  /** `'auto'`: the graphics card, where there is one in hardware. */
  readonly provider: 'auto' | 'webgpu' | 'wasm';
  readonly repeats: number;
}

/** What it was measured with. */
export interface BrowserDescription {
  readonly userAgent: string;
  /** Logical processors that the browser admits to. */
  readonly processors: number;
  /** Without it WebAssembly has one thread. */
  readonly isCrossOriginIsolated: boolean;
  readonly onnxruntimeWeb: string;
}

export interface BrowserFigures extends StepFigures {
  readonly provider: Device['provider'];
  readonly browser: BrowserDescription;
}

/**
 * Measures a training step in this page or worker, which must not have had a device before: its memory is watched from
 * the first buffer on. Ends early where the consumer leaves.
 */
export async function* benchInBrowser(bench: BrowserBench): AsyncGenerator<BenchProgress, BrowserFigures> {
  const { device, gauges, close } = await openDevice(bench.provider);
  try {
    const model = await loadBenchModel(modelFolderAt(bench.model));
    const { batchSize, sequenceLength, lora, repeats } = bench;
    const shape = { batchSize, sequenceLength, lora, repeats };
    const figures = yield* benchStep({ ...model, ...shape, device, gauges });
    return { ...figures, provider: device.provider, browser: await describeBrowser() };
  } finally {
    await close();
  }
}

async function describeBrowser(): Promise<BrowserDescription> {
  return {
    userAgent: navigator.userAgent,
    processors: navigator.hardwareConcurrency,
    isCrossOriginIsolated: globalThis.crossOriginIsolated,
    onnxruntimeWeb: await runtimeVersion(),
  };
}

interface OpenDevice {
  readonly device: Device;
  readonly gauges: Gauges;
  readonly close: () => Promise<void>;
}

async function openDevice(provider: BrowserBench['provider']): Promise<OpenDevice> {
  const isGpu = provider === 'webgpu' || (provider === 'auto' && (await gpuKind()) === 'hardware');
  return isGpu ? openGpu() : openWasm();
}

async function openWasm(): Promise<OpenDevice> {
  const heap = watchWasmHeap();
  const device = await createBrowserDevice({ provider: 'wasm' });
  const memory = {
    forgetPeak: () => undefined,
    get peak() {
      return heap.bytes;
    },
  };
  return { device, gauges: { memory }, close: () => device.dispose() };
}

async function openGpu(): Promise<OpenDevice> {
  const gpuDevice = await requestGpuDevice();
  const gauges = { memory: countGpuBytes(gpuDevice), dispatches: countGpuDispatches(gpuDevice) };
  const device = await createBrowserDevice({ gpuDevice });
  const close = async () => {
    await device.dispose();
    gpuDevice.destroy();
  };
  return { device, gauges, close };
}
