import type * as Ort from 'onnxruntime-web';
import type { MemoryNeed, SessionOptions, SessionSource, WeightFiles } from './device.ts';
import { describeFailure, lackOfMemory } from './failure.ts';
import { kernelSettings } from './leanSettings.ts';
import { OrtDevice, type OrtModule } from './ortDevice.ts';
import { heldFiles } from './weightBytes.ts';

/** What a step takes at most, as a multiple of its estimate. */
const estimateError = 1.15;

/** Its addresses have 32 bits. */
const addressableBytes = 2 ** 32;

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

  /**
   * A run that finds no memory throws through onnxruntime without destructors, so that all that it took is lost to its heap
   * for good. Therefore that heap itself is asked beforehand, with room for what the estimate may be off by: onnxruntime
   * copies a model there, or says that it cannot, before it sees that this one is nothing but zeros.
   */
  override async tryMemory({ weights, working }: MemoryNeed): Promise<void> {
    const bytes = weights + working;
    const most = Math.ceil(estimateError * bytes);
    if (most > addressableBytes) throw lackOfMemory(bytes, null);
    try {
      await this.module.InferenceSession.create(new Uint8Array(most), {} as WebOptions);
    } catch (error) {
      // Everything else is a complaint about the zeros.
      if (describeFailure(error, 'trial', 'session-failed').kind === 'out-of-memory')
        throw lackOfMemory(bytes, null, error);
    }
  }

  protected settings({ graph, weights }: SessionSource, options: SessionOptions): WebOptions {
    const common = webSettings(weights, options);
    const kernels = kernelSettings(graph, options);
    const { optimization } = kernels;
    const session = { ...(common.extra?.['session'] as object), ...kernels.session };
    const extra = { session, ...(optimization && { optimization }) };
    return { ...common, ...kernels.settings, extra, executionProviders: ['wasm'] };
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
