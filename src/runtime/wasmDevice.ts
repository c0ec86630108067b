import type * as Ort from 'onnxruntime-web';
import type { SessionOptions, SessionSource, WeightFiles } from './device.ts';
import { RuntimeFailure } from './failure.ts';
import { OrtDevice, type OrtModule } from './ortDevice.ts';

export type WebOptions = Ort.InferenceSession.SessionOptions;

/** onnxruntime's WebAssembly on the CPU, in browsers and under Node. */
export class WasmDevice extends OrtDevice<WebOptions> {
  readonly provider = 'wasm';
  readonly limits = { maxBufferBytes: null, maxBindingBytes: null };
  readonly description: string;

  /** `Tensor`: the class of tensors to hand out, where it is not the session's own. */
  constructor(ort: typeof Ort, Tensor: OrtModule<WebOptions>['Tensor'] = ort.Tensor) {
    super({ InferenceSession: ort.InferenceSession, Tensor }, 'onnxruntime-web');
    const threads = ort.env.wasm.numThreads ?? 1;
    this.description = `WASM (${threads === 1 ? '1 thread' : `${threads} threads`})`;
  }

  protected settings({ weights }: SessionSource, options: SessionOptions): WebOptions {
    return { ...webSettings(weights, options), executionProviders: ['wasm'] };
  }
}

/** What both of onnxruntime-web's providers are told. @throws for weights in a folder, which WebAssembly cannot open */
export function webSettings(weights: WeightFiles, options: SessionOptions): WebOptions {
  if ('folder' in weights) {
    throw new RuntimeFailure(
      'missing-weights',
      `WebAssembly cannot read the folder ${weights.folder}; hand over its files.`,
    );
  }
  return {
    graphOptimizationLevel: options.graphOptimization ?? 'all',
    logSeverityLevel: options.logPlacement ? 0 : 3,
    extra: { session: options.forbidFallback ? { disable_cpu_ep_fallback: '1' } : {} },
    externalData: weights.files.map(({ path, data }) => ({
      path,
      data: data instanceof URL ? data.href : data,
    })),
  };
}
