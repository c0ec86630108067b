import { add } from './addition.ts';
import { biasGelu, fastGelu, gelu, sigmoidLinearUnit } from './activations.ts';
import { causalConvWithState, conv } from './convolution.ts';
import {
  cast,
  castLike,
  clip,
  gemm,
  identity,
  isNaN,
  passThrough,
  pow,
  softmax,
  variadic,
  where,
} from './elementwise.ts';
import { groupQueryAttention } from './groupQueryAttention.ts';
import {
  concat,
  expand,
  flatten,
  gather,
  reduction,
  reshape,
  slice,
  split,
  squeeze,
  tile,
  unsqueeze,
} from './layout.ts';
import {
  dequantizeLinear,
  dynamicQuantizeLinear,
  dynamicQuantizeMatMul,
  matMulInteger,
  matMulIntegerToFloat,
  quantizeLinear,
} from './integerProducts.ts';
import type { Lowering } from './lowering.ts';
import { matMulBnb4 } from './matMulBnb4.ts';
import { multiHeadAttention } from './multiHeadAttention.ts';
import {
  layerNormalization,
  simplifiedLayerNormalization,
  skipLayerNormalization,
  skipSimplifiedLayerNormalization,
} from './normalization.ts';
import { gatherBlockQuantized, matMulNBits } from './quantized.ts';
import { microsoftRotaryEmbedding, rotaryEmbedding } from './rotary.ts';
import {
  constant,
  constantOfShape,
  cumSum,
  foldedReduction,
  ifBranch,
  mod,
  nonZero,
  range,
  scatterND,
  shape,
  size,
  trilu,
} from './shapeArithmetic.ts';
import { attention } from './standardAttention.ts';

/** How each source op becomes primitives, by op type; ops outside the ONNX standard carry their domain. */
export const lowerings: Readonly<Record<string, Lowering>> = {
  Abs: passThrough('Abs'),
  Add: add,
  And: passThrough('And'),
  Cos: passThrough('Cos'),
  Div: passThrough('Div'),
  Equal: passThrough('Equal'),
  Erf: passThrough('Erf'),
  Exp: passThrough('Exp'),
  Floor: passThrough('Floor'),
  Greater: passThrough('Greater'),
  GreaterOrEqual: passThrough('GreaterOrEqual'),
  Less: passThrough('Less'),
  LessOrEqual: passThrough('LessOrEqual'),
  Log: passThrough('Log'),
  MatMul: passThrough('MatMul'),
  Mul: passThrough('Mul'),
  Neg: passThrough('Neg'),
  Not: passThrough('Not'),
  Or: passThrough('Or'),
  Reciprocal: passThrough('Reciprocal'),
  Relu: passThrough('Relu'),
  Sigmoid: passThrough('Sigmoid'),
  Sin: passThrough('Sin'),
  Sqrt: passThrough('Sqrt'),
  Sub: passThrough('Sub'),
  Tanh: passThrough('Tanh'),
  Transpose: passThrough('Transpose'),

  Cast: cast,
  CastLike: castLike,
  Clip: clip,
  Dropout: identity,
  Gemm: gemm,
  Identity: identity,
  IsNaN: isNaN,
  Max: variadic('Max'),
  Min: variadic('Min'),
  Pow: pow,
  Softmax: softmax,
  Sum: variadic('Add'),
  Where: where,

  Concat: concat,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  ReduceMax: reduction('ReduceMax'),
  ReduceMean: reduction('ReduceMean'),
  ReduceSum: reduction('ReduceSum'),
  Reshape: reshape,
  Slice: slice,
  Split: split,
  Squeeze: squeeze,
  Tile: tile,
  Unsqueeze: unsqueeze,

  Constant: constant,
  ConstantOfShape: constantOfShape,
  CumSum: cumSum,
  If: ifBranch,
  Mod: mod,
  NonZero: nonZero,
  Range: range,
  ReduceMin: foldedReduction(Math.min),
  ReduceProd: foldedReduction((a, b) => a * b),
  ScatterND: scatterND,
  Shape: shape,
  Size: size,
  Trilu: trilu,

  DequantizeLinear: dequantizeLinear,
  DynamicQuantizeLinear: dynamicQuantizeLinear,
  MatMulInteger: matMulInteger,
  QuantizeLinear: quantizeLinear,

  Attention: attention,
  Conv: conv,
  Gelu: gelu,
  Swish: sigmoidLinearUnit(1),
  LayerNormalization: layerNormalization,
  RMSNormalization: simplifiedLayerNormalization,
  RotaryEmbedding: rotaryEmbedding,
  SimplifiedLayerNormalization: simplifiedLayerNormalization,

  'com.microsoft.BiasGelu': biasGelu,
  'com.microsoft.CausalConvWithState': causalConvWithState,
  'com.microsoft.DequantizeLinear': dequantizeLinear,
  'com.microsoft.DynamicQuantizeMatMul': dynamicQuantizeMatMul,
  'com.microsoft.FastGelu': fastGelu,
  'com.microsoft.Gelu': gelu,
  'com.microsoft.GatherBlockQuantized': gatherBlockQuantized,
  'com.microsoft.GroupQueryAttention': groupQueryAttention,
  'com.microsoft.MatMulBnb4': matMulBnb4,
  'com.microsoft.MatMulIntegerToFloat': matMulIntegerToFloat,
  'com.microsoft.MatMulNBits': matMulNBits,
  'com.microsoft.MultiHeadAttention': multiHeadAttention,
  'com.microsoft.QuantizeLinear': quantizeLinear,
  'com.microsoft.QuickGelu': sigmoidLinearUnit(1.702),
  'com.microsoft.RotaryEmbedding': microsoftRotaryEmbedding,
  'com.microsoft.SkipLayerNormalization': skipLayerNormalization,
  'com.microsoft.SkipSimplifiedLayerNormalization': skipSimplifiedLayerNormalization,
};

/** The table's key for an op: its type, after its domain unless that is the ONNX standard's. */
export const qualifiedName = (opType: string, domain: string): string =>
  domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`;
