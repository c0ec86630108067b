/**
 * What keeps a session of onnxruntime's CPU kernels small. Its arena would keep freed buffers for later, its memory pattern
 * lays them out as if all were alive at once. Folding keeps weights a second time that a graph transposes, and as float32
 * those that it widens (onnxruntime has a second optimizer that does so); merging equal nodes keeps what the graph computes
 * again in order not to keep it.
 */
export const leanSettings = { enableCpuMemArena: false, enableMemPattern: false } as const;

/**
 * What onnxruntime's passes look for in vain, since lowered graphs have no such op, with the passes. Each goes through all
 * nodes once or twice.
 */
export const passesWithoutWork: Readonly<Record<string, readonly string[]>> = {
  QuantizeLinear: ['DoubleQDQPairsRemover', 'QDQS8ToU8Transformer', 'QDQFinalCleanupTransformer'],
  MatMulInteger: ['MatMulIntegerToFloatFusion', 'DynamicQuantizeMatMulFusion'],
  Conv: ['ConvActivationFusion', 'ConvAddActivationFusion', 'NchwcTransformer', 'NhwcTransformer'],
  Gemm: ['GemmActivationFusion', 'WeightBiasQuantization'],
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

/** Optimizers that take memory. */
const heavy = [
  'ConstantFolding',
  'FuseFp16InitializerToFp32NodeTransformer',
  'CommonSubexpressionElimination',
];

/** Goes into `extra.optimization`. */
export const leanOptimization = {
  disable_specified_optimizers: [...heavy, ...Object.values(passesWithoutWork).flat()].join(';'),
} as const;

/**
 * Goes into `extra.session`. Before the first run the CPU's kernels arrange matrices as they read them best and keep that
 * beside the mapped file: MatMul once for each direction. For MatMul that saves no time with rows enough; MatMulNBits is two to three
 * times slower without, so a graph that has one packs all. (The option is one for a whole session.)
 */
export const leanSession = (graph: Uint8Array): { readonly disable_prepacking?: '1' } =>
  new TextDecoder('latin1').decode(graph).includes('MatMulNBits') ? {} : { disable_prepacking: '1' };
