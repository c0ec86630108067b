/**
 * What keeps a session of onnxruntime's CPU kernels small. Its arena would keep freed buffers for later, its memory pattern
 * lays them out as if all were alive at once. Folding keeps weights a second time that a graph transposes, and as float32
 * those that it widens (onnxruntime has a second optimizer that does so); merging equal nodes keeps what the graph computes
 * again in order not to keep it.
 */
export const leanSettings = { enableCpuMemArena: false, enableMemPattern: false } as const;

/** Goes into `extra.optimization`. */
export const leanOptimization = {
  disable_specified_optimizers:
    'ConstantFolding;FuseFp16InitializerToFp32NodeTransformer;CommonSubexpressionElimination',
} as const;
