import { lax, nn, numpy as np, valueAndGrad } from '@jax-js/jax';
import type { JaxArray, JaxInputs, JaxModel } from './jaxContender.ts';
import { decoder, headWidth, scaling } from './task.ts';

const { tokens, width, heads, vocabulary } = decoder;

/** Linears that read the same. */
const groups: readonly (readonly string[])[] = [
  ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
  ['self_attn.o_proj'],
  ['mlp.gate_proj', 'mlp.up_proj'],
  ['mlp.down_proj'],
];

/** Columns of the logits in one product. */
const chunk = 512;

/**
 * The decoder in the form that jax-js computes fastest, the gradient still the library's: linears that read the same are
 * one product, the vocabulary is cut into chunks, and the wanted logits are products with gathered rows.
 */
export const jaxTuned: JaxModel = {
  prepare(weights) {
    const prepared: JaxInputs = {};
    for (const [name, values] of weights) if (name.endsWith('norm.weight')) prepared[name] = np.array(values);
    const embedding = weights.get('model.embed_tokens.weight')!;
    prepared['embedding'] = np.array(embedding, { shape: [vocabulary, width] });
    for (let layer = 0; layer < decoder.layers; layer++)
      for (const names of groups) {
        const path = `model.layers.${layer}`;
        const inputs = names[0] === 'mlp.down_proj' ? decoder.inner : width;
        const columns = names.flatMap((name) => rowsOf(weights.get(`${path}.${name}.weight`)!, inputs));
        prepared[`${path}.${names.join('+')}`] = np.array(sideBySide(columns, inputs), {
          shape: [inputs, columns.length],
        });
      }
    return prepared;
  },
  lossAndGradient(adapter, weights) {
    const [[, loss], gradient] = valueAndGrad(lossOf, { hasAux: true })(adapter, weights);
    return [loss, gradient];
  },
};

function lossOf(adapter: JaxInputs, weights: JaxInputs): [surrogate: JaxArray, loss: JaxArray] {
  const { cos, sin } = weights as { cos: JaxArray; sin: JaxArray };
  const embedding = weights['embedding']!;
  let x = np.take(embedding.ref, weights['ids']!, 0);
  const mask = np.where(np.tri(tokens, tokens, 0, { dtype: np.bool }), 0, -1e9);
  for (let layer = 0; layer < decoder.layers; layer++) {
    const path = `model.layers.${layer}`;
    const linear = (names: readonly string[], from: JaxArray) => linears(path, names, from, adapter, weights);
    const read = norm(x.ref, weights[`${path}.input_layernorm.weight`]!);
    x = x.add(attend(read, linear, cos.ref, sin.ref, mask.ref));
    const normed = norm(x.ref, weights[`${path}.post_attention_layernorm.weight`]!);
    const [gate, up] = np.split(linear(['mlp.gate_proj', 'mlp.up_proj'], normed), 2, -1) as [
      JaxArray,
      JaxArray,
    ];
    x = x.add(linear(['mlp.down_proj'], nn.silu(gate).mul(up)));
  }
  for (const used of [cos, sin, mask]) used.dispose();
  return crossEntropy(norm(x, weights['model.norm.weight']!), embedding, weights['labels']!);
}

const rowsOf = (matrix: Float32Array, width: number): Float32Array[] =>
  Array.from({ length: matrix.length / width }, (_, row) => matrix.subarray(row * width, (row + 1) * width));

/** [rows, columns.length] */
function sideBySide(columns: readonly Float32Array[], rows: number): Float32Array {
  const matrix = new Float32Array(rows * columns.length);
  columns.forEach((column, i) => column.forEach((value, row) => (matrix[row * columns.length + i] = value)));
  return matrix;
}

function norm(x: JaxArray, weight: JaxArray): JaxArray {
  const scale = np.reciprocal(
    np.sqrt(np.mean(np.square(x.ref), -1, { keepdims: true }).add(decoder.epsilon)),
  );
  return x.mul(scale).mul(weight);
}

/** Products of one input with several matrices and their adapters, side by side. */
function linears(
  path: string,
  names: readonly string[],
  x: JaxArray,
  adapter: JaxInputs,
  weights: JaxInputs,
): JaxArray {
  const of = (part: string) => names.map((name) => adapter[`${path}.${name}.lora_${part}`]!);
  const joined = (arrays: JaxArray[], axis: number) =>
    arrays.length === 1 ? arrays[0]! : np.concatenate(arrays, axis);
  const low = np.matmul(x.ref, joined(of('A'), 1)).mul(scaling);
  const lows = np.split(low, names.length, -1);
  const added = joined(of('B').map((b, i) => np.matmul(lows[i]!, b)), 1); // prettier-ignore
  return np.matmul(x, weights[`${path}.${names.join('+')}`]!).add(added);
}

type Linear = (names: readonly string[], from: JaxArray) => JaxArray;

function attend(x: JaxArray, linear: Linear, cos: JaxArray, sin: JaxArray, mask: JaxArray): JaxArray {
  const qkv = linear(['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'], x);
  // [heads, tokens, headWidth]
  const [q, k, v] = np.split(qkv, 3, -1).map((y) => y.reshape([tokens, heads, headWidth]).transpose([1, 0, 2])) as [JaxArray, JaxArray, JaxArray]; // prettier-ignore
  const turned = [rotate(q, cos.ref, sin.ref), rotate(k, cos, sin)] as const;
  const scores = np.matmul(turned[0].mul(headWidth ** -0.5), turned[1].transpose([0, 2, 1]));
  const y = np.matmul(nn.softmax(scores.add(mask), -1), v);
  return linear(['self_attn.o_proj'], y.transpose([1, 0, 2]).reshape([tokens, width]));
}

/** Turns the halves of every head; `cos` and `sin` are [tokens, headWidth / 2]. */
function rotate(x: JaxArray, cos: JaxArray, sin: JaxArray): JaxArray {
  const [a, b] = np.split(x, 2, -1) as [JaxArray, JaxArray];
  const turned = a.ref.mul(cos.ref).sub(b.ref.mul(sin.ref));
  return np.concatenate([turned, b.mul(cos).add(a.mul(sin))], -1);
}

/**
 * The mean loss of all rows but the last, and a sum with the same gradient with respect to `x`: written by hand, since the
 * library's would compute the softmax anew for every product with it.
 */
function crossEntropy(
  x: JaxArray,
  embedding: JaxArray,
  labels: JaxArray,
): [surrogate: JaxArray, loss: JaxArray] {
  const fixed = lax.stopGradient(x.ref);
  const logits = np.matmul(fixed.ref, embedding.ref.transpose());
  const largest = np.max(logits.ref, -1, { keepdims: true });
  const powers = np.exp(logits.sub(largest.ref));
  const sums = np.sum(powers.ref, -1, { keepdims: true });
  const drawn = chunks()
    .map((range) => np.matmul(powers.ref.slice([], range), embedding.ref.slice(range)))
    .reduce((a, b) => a.add(b));
  powers.dispose();
  const wanted = np.take(embedding, labels, 0);
  const counted = np.where(np.arange(tokens).less(tokens - 1), 1 / (tokens - 1), 0);
  const dx = drawn
    .div(sums.ref)
    .sub(wanted.ref)
    .mul(counted.ref.reshape([tokens, 1]));
  const losses = np
    .log(sums)
    .add(largest)
    .reshape([tokens])
    .sub(np.sum(fixed.mul(wanted), -1));
  return [np.sum(x.mul(dx)), np.sum(losses.mul(counted))];
}

const chunks = (): [number, number][] =>
  Array.from({ length: vocabulary / chunk }, (_, i) => [i * chunk, (i + 1) * chunk]);
