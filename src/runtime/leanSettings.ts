/**
 * What keeps a session of onnxruntime's CPU kernels small. Its arena would keep freed buffers for later, its memory pattern
 * lays them out as if all were alive at once. Folding keeps weights a second time that a graph transposes, and as float32
 * those that it widens (onnxruntime has a second optimizer that does so); merging equal nodes keeps what the graph computes
 * again in order not to keep it.
 */
const leanSettings = { enableCpuMemArena: false, enableMemPattern: false } as const;

/**
 * What onnxruntime's passes look for in vain, since lowered graphs have no such op, with the passes. Each goes through all
 * nodes once or twice.
 */
export const passesWithoutWork: Readonly<Record<string, readonly string[]>> = {
  QuantizeLinear: ['DoubleQDQPairsRemover', 'QDQS8ToU8Transformer', 'QDQFinalCleanupTransformer'],
  MatMulInteger: ['MatMulIntegerToFloatFusion', 'DynamicQuantizeMatMulFusion'],
  Conv: ['ConvActivationFusion', 'ConvAddActivationFusion', 'NchwcTransformer', 'NhwcTransformer'],
  LayerNormalization: [
    'AttentionFusion',
    'EmbedLayerNormFusion',
    'SkipLayerNormFusion',
    'BiasSkipLayerNormFusion',
  ],
  GroupQueryAttention: ['GroupQueryAttentionFusion', 'GroupQueryAttentionPreNormFusion'],
  Dropout: ['BiasDropoutFusion'],
  Range: ['GatherToSliceFusion'],
};

/** Optimizers that keep what a graph computes of weights. */
const keeping = ['ConstantFolding', 'FuseFp16InitializerToFp32NodeTransformer'];

/** Optimizers that take memory. */
const heavy = [...keeping, 'CommonSubexpressionElimination'];

/** Goes into `extra.optimization`. */
export const leanOptimization = optimizationWithout(heavy);

function optimizationWithout(optimizers: readonly string[]) {
  const all = [...optimizers, ...Object.values(passesWithoutWork).flat()];
  return { disable_specified_optimizers: all.join(';') } as const;
}

/**
 * Goes into `extra.session`. Before the first run the CPU's kernels arrange matrices as they read them best and keep that
 * beside the mapped file: MatMul once for each direction. For MatMul that saves no time with rows enough; MatMulNBits is two to three
 * times slower without, so a graph that has one packs all. (The option is one for a whole session.)
 */
export const leanSession = (graph: Uint8Array): { readonly disable_prepacking?: '1' } =>
  new TextDecoder('latin1').decode(graph).includes('MatMulNBits') ? {} : { disable_prepacking: '1' };

/** What a session of the CPU's kernels, native or in WebAssembly, is told of memory. */
export interface KernelSettings {
  readonly settings: { readonly enableCpuMemArena?: boolean; readonly enableMemPattern?: boolean };
  /** `extra.session` */
  readonly session: Readonly<Record<string, string>>;
  /** `extra.optimization` */
  readonly optimization?: { readonly disable_specified_optimizers: string };
}

/**
 * For sessions that hold little memory, or keep floats, or both. Floats are only folded where onnxruntime leaves its own
 * ways with DequantizeLinear alone. With an arena but no pattern of it a step of SmolLM2's shape takes as much memory as
 * without either, and a fifth less time.
 */
export function kernelSettings(
  graph: Uint8Array,
  { isLean = false, keepsFloats = false }: { readonly isLean?: boolean; readonly keepsFloats?: boolean },
): KernelSettings {
  const folds: Record<string, string> = keepsFloats ? { disable_quant_qdq: '1' } : {};
  if (!isLean) return { settings: {}, session: folds };
  if (!keepsFloats)
    return { settings: leanSettings, session: leanSession(graph), optimization: leanOptimization };
  const optimization = optimizationWithout(heavy.filter((name) => !keeping.includes(name)));
  return {
    settings: { enableMemPattern: false },
    session: { ...leanSession(graph), ...folds },
    optimization,
  };
}
