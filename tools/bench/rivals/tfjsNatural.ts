import * as tf from '@tensorflow/tfjs-core';
import {
  adapterMatrices,
  decoder,
  headWidth,
  linears,
  rotaryTables,
  scaling,
  tokenIds,
  type Weights,
} from './task.ts';
import type { Tensors, TfjsModel } from './tfjsContender.ts';

/** The decoder as TensorFlow.js' documentation writes models; the gradient is the library's. */
export const tfjsNatural: TfjsModel = {
  isFlat: false,
  prepare: (weights) => ({ ...linearKernels(weights), ...otherTensors(weights) }),
  lossAndGradient(adapter, weights) {
    const names = adapterMatrices.map(({ name }) => name);
    const loss = (...matrices: tf.Tensor[]) =>
      lossOf(Object.fromEntries(names.map((name, i) => [name, matrices[i]!])), weights);
    const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => adapter[name]!));
    return { loss: value, gradient: Object.fromEntries(names.map((name, i) => [name, grads[i]!])) };
  },
};

/** [inputs, outputs], as the library's dense layers keep them. */
const linearKernels = (weights: Weights): Tensors =>
  Object.fromEntries(
    Array.from({ length: decoder.layers }, (_, layer) =>
      linears.map(({ name, inputs, outputs }) => {
        const path = `model.layers.${layer}.${name}.weight`;
        return [
          path,
          tf.tidy(() => tf.transpose(tf.tensor2d(weights.get(path)!, [outputs, inputs]))),
        ] as const;
      }),
    ).flat(),
  );

function otherTensors(weights: Weights): Tensors {
  const { cos, sin } = rotaryTables();
  const labels = tf.tensor1d(tokenIds().slice(1), 'int32');
  const norms = [...weights].filter(([name]) => name.endsWith('norm.weight'));
  return {
    ...Object.fromEntries(norms.map(([name, values]) => [name, tf.tensor1d(values)])),
    embedding: tf.tensor2d(weights.get('model.embed_tokens.weight')!, [decoder.vocabulary, decoder.width]),
    ids: tf.tensor1d(tokenIds(), 'int32'),
    targets: tf.cast(tf.oneHot(labels, decoder.vocabulary), 'float32'),
    cos: tf.tensor(cos, [decoder.tokens, 1, headWidth / 2]),
    sin: tf.tensor(sin, [decoder.tokens, 1, headWidth / 2]),
    mask: tf.tensor2d(
      Float32Array.from({ length: decoder.tokens ** 2 }, (_, i) =>
        i % decoder.tokens > Math.floor(i / decoder.tokens) ? -1e9 : 0,
      ),
      [decoder.tokens, decoder.tokens],
    ),
  };
}

function lossOf(adapter: Tensors, weights: Tensors): tf.Scalar {
  let x = tf.gather(weights['embedding']!, weights['ids']!);
  for (let layer = 0; layer < decoder.layers; layer++) {
    const path = `model.layers.${layer}`;
    const linear = (name: string, from: tf.Tensor) => {
      const of = (part: string) => adapter[`${path}.${name}.lora_${part}`]!;
      const added = tf.mul(tf.matMul(tf.matMul(from, of('A')), of('B')), scaling);
      return tf.add(tf.matMul(from, weights[`${path}.${name}.weight`]!), added);
    };
    x = tf.add(x, attend(norm(x, weights[`${path}.input_layernorm.weight`]!), linear, weights));
    const inner = norm(x, weights[`${path}.post_attention_layernorm.weight`]!);
    const gate = linear('mlp.gate_proj', inner);
    const gated = tf.mul(tf.mul(gate, tf.sigmoid(gate)), linear('mlp.up_proj', inner));
    x = tf.add(x, linear('mlp.down_proj', gated));
  }
  const last = tf.slice(norm(x, weights['model.norm.weight']!), [0, 0], [decoder.tokens - 1, decoder.width]);
  return tf.losses.softmaxCrossEntropy(
    weights['targets']!,
    tf.matMul(last, weights['embedding']!, false, true),
  );
}

function norm(x: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  const variance = tf.mean(tf.square(x), -1, true);
  return tf.mul(tf.div(x, tf.sqrt(tf.add(variance, decoder.epsilon))), weight);
}

type Linear = (name: string, from: tf.Tensor) => tf.Tensor;

function attend(x: tf.Tensor, linear: Linear, { cos, sin, mask }: Tensors): tf.Tensor {
  const heads = (name: string) => tf.reshape(linear(name, x), [decoder.tokens, decoder.heads, headWidth]);
  const byHead = (y: tf.Tensor) => tf.transpose(y, [1, 0, 2]);
  const q = byHead(rotate(heads('self_attn.q_proj'), cos!, sin!));
  const k = byHead(rotate(heads('self_attn.k_proj'), cos!, sin!));
  const scores = tf.mul(tf.matMul(q, k, false, true), headWidth ** -0.5);
  const y = tf.matMul(tf.softmax(tf.add(scores, mask!)), byHead(heads('self_attn.v_proj')));
  return linear('self_attn.o_proj', tf.reshape(byHead(y), [decoder.tokens, decoder.width]));
}

function rotate(x: tf.Tensor, cos: tf.Tensor, sin: tf.Tensor): tf.Tensor {
  const [a, b] = tf.split(x, 2, -1) as [tf.Tensor, tf.Tensor];
  const turned = tf.sub(tf.mul(a, cos), tf.mul(b, sin));
  return tf.concat([turned, tf.add(tf.mul(b, cos), tf.mul(a, sin))], -1);
}
