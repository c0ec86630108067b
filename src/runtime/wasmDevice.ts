import type * as Ort from 'onnxruntime-web';
import type { MemoryNeed, SessionOptions, SessionSource, WeightFiles } from './device.ts';
import { lackOfMemory } from './failure.ts';
import { leanOptimization, leanSettings } from './leanSettings.ts';
import { OrtDevice, type OrtModule } from './ortDevice.ts';
import { heldFiles } from './weightBytes.ts';

/** Bytes by which WebAssembly's memory grows. */
const wasmPage = 2 ** 16;

export type WebOptions = Ort.InferenceSession.SessionOptions;

/** onnxruntime's WebAssembly on the CPU, in browsers and under Node. */
export class WasmDevice extends OrtDevice<WebOptions> {
  readonly provider = 'wasm';
  readonly weightStorage = 'copied';
  readonly limits = { maxBufferBytes: null, maxBindingBytes: null };
  readonly description: string;

  /** `Tensor`: the class of tensors to hand out, where it is not the session's own. */
  constructor(ort: typeof Ort, Tensor: OrtModule<WebOptions>['Tensor'] = ort.Tensor) {
    super({ InferenceSession: ort.InferenceSession, Tensor }, 'onnxruntime-web');
    const threads = ort.env.wasm.numThreads ?? 1;
    this.description = `WASM (${threads === 1 ? '1 thread' : `${threads} threads`})`;
  }

  /** A heap of 32-bit addresses; reserving one fails where the browser or the addresses do not suffice. */
  override async tryMemory({ weights, working }: MemoryNeed): Promise<void> {
    const bytes = weights + working;
    try {
      new WebAssembly.Memory({ initial: Math.ceil(bytes / wasmPage) });
    } catch (error) {
      throw lackOfMemory(bytes, null, error);
    }
  }

  protected settings({ weights }: SessionSource, options: SessionOptions): WebOptions {
    const common = webSettings(weights, options);
    const lean = { ...leanSettings, extra: { ...common.extra, optimization: leanOptimization } };
    return { ...common, ...(options.isLean ? lean : {}), executionProviders: ['wasm'] };
  }
}

/** What both of onnxruntime-web's providers are told. @throws for weights in a folder, which WebAssembly cannot open */
export function webSettings(weights: WeightFiles, options: SessionOptions): WebOptions {
  const { files } = heldFiles(weights);
  return {
    graphOptimizationLevel: options.graphOptimization ?? 'all',
    logSeverityLevel: options.logPlacement ? 0 : 3,
    extra: { session: options.forbidFallback ? { disable_cpu_ep_fallback: '1' } : {} },
    externalData: files.map(({ path, data }) => ({
      path,
      data: data instanceof URL ? data.href : data,
    })),
  };
}
