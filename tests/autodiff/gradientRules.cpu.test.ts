import { expect, it } from 'vitest';
import { differentiate } from '../../src/autodiff/differentiate.ts';
import { gradientRules } from '../../src/autodiff/gradientRules.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { PrimitiveOp } from '../../src/graph/primitives.ts';
import { checkGradient, sample, type GradientCase } from '../support/checkGradient.ts';

const int = (value: number) => ({ type: 'int', value }) as const;
const unary = (op: PrimitiveOp): GradientCase => ({ shapes: [[2, 3]], build: (g, x) => g.op(op, [x]) });
const binary = (op: PrimitiveOp): GradientCase => ({
  shapes: [[2, 3, 2], [3, 1]],
  build: (g, a, b) => g.op(op, [a!, b!]),
}); // prettier-ignore

/** One case per differentiable primitive, most with broadcasting; ops without a gradient are listed below. */
const cases: Partial<Record<PrimitiveOp, GradientCase>> = {
  Add: binary('Add'),
  Sub: binary('Sub'),
  Mul: binary('Mul'),
  Div: binary('Div'),
  Max: binary('Max'),
  Min: binary('Min'),
  Pow: { shapes: [[2, 2]], build: (g, x) => g.add(g.pow(x, 2), g.pow(x, 1.5)), positive: true },
  Neg: unary('Neg'),
  Abs: unary('Abs'),
  Sqrt: { ...unary('Sqrt'), positive: true },
  Reciprocal: unary('Reciprocal'),
  Exp: unary('Exp'),
  Log: { ...unary('Log'), positive: true },
  Sin: unary('Sin'),
  Cos: unary('Cos'),
  Tanh: unary('Tanh'),
  Sigmoid: unary('Sigmoid'),
  Erf: unary('Erf'),
  Relu: unary('Relu'),
  Where: {
    shapes: [[2, 2], [2]],
    build: (g, a, b) => g.where(g.constant('bool', [2, 2], [1, 0, 0, 1]), a, b!),
  }, // prettier-ignore
  Cast: { shapes: [[3]], build: (g, x) => g.cast(g.cast(x, 'float64'), 'float32') },
  MatMul: { shapes: [[2, 1, 3, 2], [2, 2, 4]], build: (g, a, b) => g.matMul(a, b!) }, // prettier-ignore
  Gemm: { shapes: [[3, 2], [4, 3], [4]], build: (g, a, b, c) => g.gemm(a, b!, { alpha: 0.5, transA: true, transB: true }, c) }, // prettier-ignore
  SimplifiedLayerNormalization: { shapes: [[2, 3], [3]], build: (g, x, w) => g.op('SimplifiedLayerNormalization', [x, w!], { axis: int(-1) }) }, // prettier-ignore
  Softmax: { shapes: [[2, 4]], build: (g, x) => g.softmax(x) },
  ReduceSum: { shapes: [[2, 3, 2]], build: (g, x) => g.reduceSum(x, [0, 2], false) },
  ReduceSumSquare: { shapes: [[2, 3, 2]], build: (g, x) => g.op('ReduceSumSquare', [x, g.ints([1])]) },
  ReduceMean: { shapes: [[2, 3, 2]], build: (g, x) => g.reduceMean(x, [-1]) },
  ReduceMax: { shapes: [[2, 4]], build: (g, x) => g.reduceMax(x, [1]) },
  Reshape: { shapes: [[2, 6]], build: (g, x) => g.reshape(x, [3, 4]) },
  Transpose: { shapes: [[2, 3, 2]], build: (g, x) => g.transpose(x, [2, 0, 1]) },
  Expand: { shapes: [[3, 1]], build: (g, x) => g.expand(x, [2, 3, 2]) },
  Concat: { shapes: [[2, 1], [2, 3], [2, 2]], build: (g, ...x) => g.concat(x, 1) }, // prettier-ignore
  Slice: { shapes: [[4, 5]], build: (g, x) => g.slice(g.slice(x, 1, 1, 3), 0, -2, 4) },
  Gather: { shapes: [[3, 2]], build: (g, x) => g.gather(x, g.constant('int64', [2, 2], [2, 0, 2, 1])) },
  Pad: { shapes: [[2, 2]], build: (g, x) => g.pad(x, [1, 0], [0, 2]) },
  RotaryEmbedding: { shapes: [[1, 3, 8]], build: rotate },
  MatMulNBits: { shapes: [[2, 32]], build: (g, x) => quantizedProduct(g, x, 4) },
};

function rotate(g: GraphBuilder, x: Parameters<GraphBuilder['neg']>[0]) {
  const angles = Array.from({ length: 6 }, (_, i) => 0.4 * i);
  const cache = (f: (angle: number) => number) => g.constant('float32', [3, 2], angles.map(f));
  const attributes = { num_heads: int(2), rotary_embedding_dim: int(4) };
  return g.op('RotaryEmbedding', [x, g.constant('int64', [1, 3], [0, 1, 2]), cache(Math.cos), cache(Math.sin)], attributes); // prettier-ignore
}

/** x [.., 32] times a 3 × 32 weight in blocks of 16. */
function quantizedProduct(
  g: GraphBuilder,
  x: Parameters<GraphBuilder['neg']>[0],
  bits: 4 | 8,
  zeroPoints = false,
) {
  const packed = Uint8Array.from({ length: (3 * 32 * bits) / 8 }, (_, i) => (i * 37 + 11) % 256);
  const weight = (name: string, dims: number[], bytes: Uint8Array) =>
    g.weight({ name, elementType: 'uint8', dims, data: { bytes } });
  const scales = g.constant('float32', [3, 2], sample(6, 5).map((s) => s / 2 ** bits)); // prettier-ignore
  const zeros = zeroPoints ? [weight('zeros', [3, (2 * bits) / 8], Uint8Array.from({ length: (6 * bits) / 8 }, (_, i) => 90 + 53 * i))] : []; // prettier-ignore
  const attributes = { N: int(3), K: int(32), bits: int(bits), block_size: int(16) };
  return g.op('MatMulNBits', [x, weight('B', [3, 2, 2 * bits], packed), scales, ...zeros], attributes);
}

it.each(Object.entries(cases))(
  '%s has the gradient that finite differences show',
  async (_, gradientCase) => {
    await checkGradient(gradientCase!);
  },
);

it('MatMulNBits with 8 bits and with zero points has the gradient that finite differences show', async () => {
  await checkGradient({ shapes: [[2, 32]], build: (g, x) => quantizedProduct(g, x, 8) });
  await checkGradient({ shapes: [[2, 32]], build: (g, x) => quantizedProduct(g, x, 4, true) });
  await checkGradient({ shapes: [[2, 32]], build: (g, x) => quantizedProduct(g, x, 8, true) });
});

it('a value used twice collects both gradients', async () => {
  await checkGradient({ shapes: [[2, 2]], build: (g, x) => g.mul(g.matMul(x, x), g.add(x, x)) });
});

it('every op with a gradient has a case here', () => {
  const differentiable = Object.entries(gradientRules).filter(([, rules]) =>
    rules.some((rule) => rule !== null),
  );
  const untested = differentiable.map(([op]) => op).filter((op) => !(op in cases));
  expect(untested).toEqual(['DequantizeLinear', 'GatherBlockQuantized']); // rows that only ever refuse
});

it('a frozen branch gets no gradient nodes', () => {
  const g = new GraphBuilder();
  const [x, frozen] = [g.input('x', 'float32', [2, 2]), g.input('frozen', 'float32', [2, 2])];
  const y = g.add(g.mul(x, x), g.exp(g.tanh(frozen)));
  const before = g.builtNodes.length;
  differentiate(g, new Map([[y, g.constant('float32', [2, 2], [1, 1, 1, 1])]]), [x]);
  const added = g.builtNodes.slice(before).map(({ node }) => node.op);
  expect(added).toEqual(['Mul', 'Mul', 'Add']);
});

it('a target behind a frozen input is refused by name', () => {
  const g = new GraphBuilder();
  const data = g.input('scales', 'float32', [1]);
  const weight = g.weight({ name: 'W', elementType: 'uint8', dims: [4], data: { bytes: new Uint8Array(4) } });
  const y = g.op('DequantizeLinear', [weight, data]);
  expect(() => differentiate(g, new Map([[y, g.scalar(1)]]), [data])).toThrow(
    /DequantizeLinear node .*scales/,
  );
});
