import type { GraphBuilder } from '../graph/builder.ts';
import { sizeOf, type Value } from '../graph/graph.ts';
import { intAttribute, sizeAttribute } from './attributes.ts';
import { required, type Lowering } from './lowering.ts';

/** The 16 values of bitsandbytes' 4-bit types, by `quant_type`: FP4 (sign, then 3 bits), and NF4's normal quantiles. */
const levels = [
  [0, 0.0625, 8, 12, 4, 6, 2, 3, 0, -0.0625, -8, -12, -4, -6, -2, -3].map((x) => x / 12),
  [
    -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
    -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
  ],
] as const; // prettier-ignore

/**
 * com.microsoft MatMulBnb4: inputs x, packed weight [N·K / 2], absmax [N·K / block]. A product with the dequantized
 * weight, since the op has no kernel on WebGPU and none for its gradient anywhere.
 */
export const matMulBnb4: Lowering = (g, inputs, node) => {
  const weight = dequantized(g, required(inputs, 1), required(inputs, 2), {
    rows: sizeAttribute(node, 'N'),
    width: sizeAttribute(node, 'K'),
    blockSize: sizeAttribute(node, 'block_size'),
    quantType: intAttribute(node, 'quant_type', 1),
  });
  const isTransposed = intAttribute(node, 'transB', 1) === 1;
  return [g.matMul(required(inputs, 0), isTransposed ? g.swapLast(weight) : weight)];
};

interface Bnb4Form {
  readonly rows: number;
  readonly width: number;
  readonly blockSize: number;
  readonly quantType: number;
}

/**
 * The weight [N, K] = level[code] · absmax of its block, blocks running through the flattened matrix. A table of all
 * bytes gives two levels at a time, the high half first. DequantizeLinear turns bytes into indices because onnxruntime
 * folds no weight through it: a Cast would end as four bytes for every one.
 */
function dequantized(g: GraphBuilder, packed: Value, absmax: Value, form: Bnb4Form): Value {
  const { rows, width, blockSize, quantType } = form;
  const level = levels[quantType];
  if (!level) throw new Error(`quant_type ${quantType} is not supported, 0 (FP4) and 1 (NF4) are`);
  const count = rows * width;
  if (
    count % blockSize !== 0 ||
    sizeOf(packed.shape) * 2 !== count ||
    sizeOf(absmax.shape) * blockSize !== count
  ) {
    throw new Error(
      `a weight of ${rows} × ${width} does not fill blocks of ${blockSize} with ${sizeOf(packed.shape)} bytes ` +
        `and ${sizeOf(absmax.shape)} scales`,
    );
  }
  const pairs = Float64Array.from({ length: 512 }, (_, i) =>
    Math.fround(level[i % 2 === 0 ? i >> 5 : (i >> 1) & 15]!),
  );
  const codes = g.cast(
    g.op('DequantizeLinear', [g.reinterpret(packed, 'uint8', [count / 2]), g.scalar(1)]),
    'int32',
  );
  const values = g.gather(g.constant('float32', [256, 2], pairs), codes);
  const blocks = g.reshape(values, [count / blockSize, blockSize]);
  return g.reshape(g.mul(blocks, g.reshape(absmax, [count / blockSize, 1])), [rows, width]);
}
