import type { PrimitiveOp } from '../graph/primitives.ts';

/**
 * How a primitive takes part in mixed precision (Micikevicius et al. 2018, "Mixed Precision Training"; the lists are
 * those of PyTorch's autocast, as far as ops made of primitives allow):
 * - `half`: matrix products, and what works on what they yield, in half precision;
 * - `float`: sums over many elements, and functions that leave half precision's range or lose all digits in it;
 * - `guarded`: computed in float32, but what it yields lies between 0 and 1 and is kept in half precision;
 * - `elementwise`: as wide as its widest operand, and in float32 where all that read it compute in float32;
 * - `moving`: as wide as what it moves, and in half precision where all that read it compute in half precision;
 * - `stored`: weights as floats, in whichever precision they are read.
 */
export type PrecisionRule = 'half' | 'float' | 'guarded' | 'elementwise' | 'moving' | 'stored';

export const precisionRules: Record<PrimitiveOp, PrecisionRule> = {
  Add: 'elementwise',
  Sub: 'elementwise',
  Mul: 'elementwise',
  Div: 'elementwise',
  Pow: 'float',
  Max: 'elementwise',
  Min: 'elementwise',
  Neg: 'elementwise',
  Abs: 'elementwise',
  Floor: 'float',
  Sqrt: 'float',
  Reciprocal: 'float',
  Exp: 'float',
  Log: 'float',
  Sin: 'float',
  Cos: 'float',
  Tanh: 'elementwise',
  Sigmoid: 'elementwise',
  Erf: 'float',
  Relu: 'elementwise',
  Equal: 'elementwise',
  Less: 'elementwise',
  LessOrEqual: 'elementwise',
  Greater: 'elementwise',
  GreaterOrEqual: 'elementwise',
  And: 'elementwise',
  Or: 'elementwise',
  Not: 'elementwise',
  Where: 'elementwise',
  Cast: 'float',
  MatMul: 'half',
  Gemm: 'half',
  Softmax: 'guarded',
  SimplifiedLayerNormalization: 'float',
  ReduceSum: 'float',
  ReduceSumSquare: 'float',
  ReduceMean: 'float',
  ReduceMax: 'float',
  Reshape: 'moving',
  Transpose: 'moving',
  Expand: 'moving',
  Concat: 'moving',
  Slice: 'moving',
  Gather: 'moving',
  Pad: 'moving',
  DequantizeLinear: 'stored',
  MatMulNBits: 'half',
  GatherBlockQuantized: 'float',
  RotaryEmbedding: 'half',
};
