import { nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import type { JaxArray, JaxInputs, JaxModel } from './jaxContender.ts';
import { decoder, headWidth, scaling } from './task.ts';

/** The decoder as jax-js's documentation writes models; the gradient is the library's. */
export const jaxNatural: JaxModel = {
  prepare: (weights) =>
    Object.fromEntries(
      [...weights].map(([name, values]) => [name, np.array(values, { shape: shapeOf(name, values) })]),
    ),
  lossAndGradient: valueAndGrad(lossOf),
};

function lossOf(adapter: JaxInputs, weights: JaxInputs): JaxArray {
  const { ids, labels, cos, sin } = weights as JaxInputs;
  const embedding = weights['model.embed_tokens.weight']!;
  let x = np.take(embedding.ref, ids!, 0);
  for (let layer = 0; layer < decoder.layers; layer++) {
    const path = `model.layers.${layer}`;
    const linear = (name: string, from: JaxArray) => {
      const of = (part: string) => adapter[`${path}.${name}.lora_${part}`]!;
      const base = np.matmul(from.ref, np.transpose(weights[`${path}.${name}.weight`]!));
      return base.add(np.matmul(np.matmul(from, of('A')), of('B')).mul(scaling));
    };
    const read = norm(x.ref, weights[`${path}.input_layernorm.weight`]!);
    x = x.add(attend(read, linear, wide(cos!), wide(sin!)));
    const inner = norm(x.ref, weights[`${path}.post_attention_layernorm.weight`]!);
    const gate = nn.silu(linear('mlp.gate_proj', inner.ref));
    x = x.add(linear('mlp.down_proj', gate.mul(linear('mlp.up_proj', inner))));
  }
  cos!.dispose();
  sin!.dispose();
  const logits = np.matmul(norm(x, weights['model.norm.weight']!), np.transpose(embedding));
  const chosen = nn
    .logSoftmax(logits.slice([0, decoder.tokens - 1]))
    .mul(nn.oneHot(labels!.slice([0, decoder.tokens - 1]), decoder.vocabulary));
  return np.sum(chosen).mul(-1 / (decoder.tokens - 1));
}

function norm(x: JaxArray, weight: JaxArray): JaxArray {
  const variance = np.mean(np.square(x.ref), -1, { keepdims: true });
  return x.div(np.sqrt(variance.add(decoder.epsilon))).mul(weight);
}

/** Of a norm's weight, or of a matrix [outputs, inputs]. */
function shapeOf(name: string, { length }: Float32Array): number[] {
  if (name.endsWith('norm.weight')) return [length];
  const inputs = name.includes('down_proj') ? decoder.inner : decoder.width;
  return [length / inputs, inputs];
}

type Linear = (name: string, from: JaxArray) => JaxArray;

function attend(x: JaxArray, linear: Linear, cos: JaxArray, sin: JaxArray): JaxArray {
  const heads = (y: JaxArray) => y.reshape([decoder.tokens, decoder.heads, headWidth]);
  const q = rotate(heads(linear('self_attn.q_proj', x.ref)), cos.ref, sin.ref);
  const k = rotate(heads(linear('self_attn.k_proj', x.ref)), cos, sin);
  const v = heads(linear('self_attn.v_proj', x));
  const y = nn.dotProductAttention(q, k, v, { isCausal: true });
  return linear('self_attn.o_proj', y.reshape([decoder.tokens, decoder.width]));
}

const wide = (table: JaxArray) => table.ref.reshape([decoder.tokens, 1, headWidth / 2]);

/** Turns the halves of every head; `cos` and `sin` are [tokens, 1, headWidth / 2]. */
function rotate(x: JaxArray, cos: JaxArray, sin: JaxArray): JaxArray {
  const [a, b] = np.split(x, 2, -1) as [JaxArray, JaxArray];
  const turned = a.ref.mul(cos.ref).sub(b.ref.mul(sin.ref));
  return np.concatenate([turned, b.mul(cos).add(a.mul(sin))], -1);
}
