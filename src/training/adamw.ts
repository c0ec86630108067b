import type { GraphBuilder } from '../graph/builder.ts';
import type { Graph, Value } from '../graph/graph.ts';

export const adamW = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/**
 * One step of AdamW over a flat float32 vector of `size` elements, as PyTorch does it: the gradient is scaled by
 * min(1, maxGradNorm / (‖g‖ + 1e-6)), then Loshchilov & Hutter's decoupled decay and Kingma & Ba's moments.
 *
 * Inputs  `parameters`, `first_moment`, `second_moment`, `gradient` [size];
 *         `learning_rate`, `bias_correction1`, `bias_correction2` (1 − βᵗ), `weight_decay`, `max_grad_norm` [1].
 * Outputs `parameters_out`, `first_moment_out`, `second_moment_out` [size], `grad_norm` [1] before clipping.
 */
export function buildAdamW(g: GraphBuilder, size: number): Graph {
  const vector = (name: string) => g.input(name, 'float32', [size]);
  const scalar = (name: string) => g.input(name, 'float32', [1]);
  const parameters = vector('parameters');
  const firstMoment = vector('first_moment');
  const secondMoment = vector('second_moment');
  const rawGradient = vector('gradient');
  const learningRate = scalar('learning_rate');
  const biasCorrection1 = scalar('bias_correction1');
  const biasCorrection2 = scalar('bias_correction2');
  const weightDecay = scalar('weight_decay');
  const maxGradNorm = scalar('max_grad_norm');

  const gradNorm = g.sqrt(sumOfSquares(g, rawGradient));
  const clip = g.op('Min', [g.div(maxGradNorm, g.shift(gradNorm, 1e-6)), g.constant('float32', [1], [1])]);
  const gradient = g.mul(rawGradient, clip);

  const { beta1, beta2, epsilon } = adamW;
  // m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²
  const m = g.add(g.scale(firstMoment, beta1), g.scale(gradient, 1 - beta1));
  const v = g.add(g.scale(secondMoment, beta2), g.scale(g.mul(gradient, gradient), 1 - beta2));
  // p ← p(1 − lr·λ) − (lr / c₁) · m / (√v / √c₂ + ε)
  const decayed = g.sub(parameters, g.mul(parameters, g.mul(learningRate, weightDecay)));
  const denominator = g.shift(g.div(g.sqrt(v), g.sqrt(biasCorrection2)), epsilon);
  const update = g.mul(g.div(m, denominator), g.div(learningRate, biasCorrection1));

  return g.finish('adamw', {
    parameters_out: g.sub(decayed, update),
    first_moment_out: m,
    second_moment_out: v,
    grad_norm: gradNorm,
  });
}

/** Elements that one reduction sums: more in a row lose digits in float32, and one workgroup would do all of them. */
const blockSize = 1024;

/** Σ x² [1], in blocks and then over the blocks. */
function sumOfSquares(g: GraphBuilder, x: Value): Value {
  const size = x.shape[0]!;
  const blocks = Math.floor(size / blockSize);
  const inBlocks = blocks * blockSize;
  const parts: Value[] = [];
  if (blocks > 0) {
    const head = g.reshape(g.slice(x, 0, 0, inBlocks), [blocks, blockSize]);
    parts.push(g.reduceSum(g.reduceSum(g.mul(head, head), [1], false), [0]));
  }
  if (inBlocks < size) {
    const tail = g.slice(x, 0, inBlocks, size);
    parts.push(g.reduceSum(g.mul(tail, tail), [0]));
  }
  return parts.reduce(g.add);
}
