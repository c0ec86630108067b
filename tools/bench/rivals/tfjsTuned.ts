import * as tf from '@tensorflow/tfjs-core';
import { decoder, headWidth, linears, rotaryTables, scaling, tokenIds, type Weights } from './task.ts';
import type { Tensors, TfjsModel } from './tfjsContender.ts';

const { tokens, width, heads, rank, layers } = decoder;

/**
 * The decoder with its gradient by hand. The WASM backend multiplies fast (XNNPACK) only two matrices that are not
 * transposed, so every frozen matrix is there both ways, heads are multiplied one by one, and what must be transposed is
 * the smaller side. Linears that read the same are one product.
 */
export const tfjsTuned: TfjsModel = {
  isFlat: true,
  prepare: (weights) => ({ ...matrices(weights), ...tables(weights) }),
  lossAndGradient(adapter, weights) {
    const blocks: Block[] = [];
    let x = weights['embedded']!;
    for (let layer = 0; layer < layers; layer++) {
      const attention = attend(x, layer, adapter, weights);
      const middle = tf.add(x, attention.y);
      const gated = feedForward(middle, layer, adapter, weights);
      blocks.push({ attention, gated });
      x = tf.add(middle, gated.y);
    }
    const { loss, dx } = headLoss(x, weights);
    const gradient: Record<string, tf.Tensor> = {};
    let dy = dx;
    for (const { attention, gated } of blocks.reverse()) {
      dy = tf.add(dy, gated.back(dy, gradient));
      dy = tf.add(dy, attention.back(dy, gradient));
    }
    return { loss, gradient };
  },
};

/** What a part yields, and how the gradient of that becomes the gradient of what it read. */
interface Part {
  readonly y: tf.Tensor;
  readonly back: (dy: tf.Tensor, gradient: Record<string, tf.Tensor>) => tf.Tensor;
}

interface Block {
  readonly attention: Part;
  readonly gated: Part;
}

type Names = readonly string[];

/** Linears of a layer that read the same. */
const groups: readonly Names[] = [
  ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj'],
  ['self_attn.o_proj'],
  ['mlp.gate_proj', 'mlp.up_proj'],
  ['mlp.down_proj'],
];

const sizesOf = (names: Names) => names.map((name) => linears.find((linear) => linear.name === name)!);
const outputsOf = (names: Names) => sizesOf(names).map(({ outputs }) => outputs);

function matrices(weights: Weights): Tensors {
  const found: Record<string, tf.Tensor> = {};
  for (let layer = 0; layer < layers; layer++)
    for (const names of groups) {
      const path = `${layer}.${names[0]}`;
      // [outputs, inputs], one below the other.
      const stacked = tf.concat(
        sizesOf(names).map(({ name, inputs, outputs }) =>
          tf.tensor2d(weights.get(`model.layers.${layer}.${name}.weight`)!, [outputs, inputs]),
        ),
      );
      found[`${path}.back`] = stacked;
      found[path] = tf.transpose(stacked);
    }
  return found;
}

function tables(weights: Weights): Tensors {
  const { cos, sin } = rotaryTables();
  const half = headWidth / 2;
  const wide = (table: Float32Array) => tf.tile(tf.tensor2d(table, [tokens, half]), [1, (2 * width) / half]);
  const ids = tokenIds();
  const embedding = tf.tensor2d(weights.get('model.embed_tokens.weight')!, [decoder.vocabulary, width]);
  const norms = [...weights].filter(([name]) => name.endsWith('norm.weight'));
  return {
    ...Object.fromEntries(norms.map(([name, values]) => [name, tf.tensor1d(values)])),
    embedding,
    embeddingTransposed: tf.transpose(embedding),
    embedded: tf.gather(embedding, tf.tensor1d(ids, 'int32')),
    targets: tf.cast(tf.oneHot(tf.tensor1d(ids.slice(1), 'int32'), decoder.vocabulary), 'float32'),
    wanted: tf.tensor2d(
      ids.slice(1).flatMap((id, row) => [row, id]),
      [tokens - 1, 2],
      'int32',
    ),
    cos: wide(cos),
    sin: wide(sin),
    mask: tf.tensor2d(
      Float32Array.from({ length: tokens ** 2 }, (_, i) => (i % tokens > Math.floor(i / tokens) ? -1e9 : 0)),
      [tokens, tokens],
    ),
  };
}

/** Products of one input with the matrices of `names` and their adapters, side by side. */
function linear(x: tf.Tensor, layer: number, names: Names, adapter: Tensors, weights: Tensors): Part {
  const path = `${layer}.${names[0]}`;
  const of = (part: string) => names.map((name) => adapter[`model.layers.${layer}.${name}.lora_${part}`]!);
  const a = tf.concat(of('A'), 1);
  const bs = of('B');
  const low = tf.mul(tf.matMul(x, a), scaling);
  const lows = tf.split(low, names.length, 1);
  const added = tf.concat(lows.map((u, i) => tf.matMul(u, bs[i]!)), 1); // prettier-ignore
  const y = tf.add(tf.matMul(x, weights[path]!), added);
  const back: Part['back'] = (dy, gradient) => {
    const dys = tf.split(dy, outputsOf(names), 1);
    const lowTransposed = tf.transpose(low);
    const dLow = tf.mul(tf.concat(dys.map((d, i) => tf.matMul(d, tf.transpose(bs[i]!))), 1), scaling); // prettier-ignore
    const dAs = tf.split(tf.transpose(tf.matMul(tf.transpose(dLow), x)), names.length, 1);
    names.forEach((name, i) => {
      const place = `model.layers.${layer}.${name}`;
      gradient[`${place}.lora_A`] = dAs[i]!;
      gradient[`${place}.lora_B`] = tf.matMul(
        tf.slice(lowTransposed, [i * rank, 0], [rank, tokens]),
        dys[i]!,
      );
    });
    return tf.add(tf.matMul(dy, weights[`${path}.back`]!), tf.matMul(dLow, tf.transpose(a)));
  };
  return { y, back };
}

function norm(x: tf.Tensor, weight: tf.Tensor): Part {
  const scale = tf.rsqrt(tf.add(tf.mean(tf.square(x), 1, true), decoder.epsilon));
  const normed = tf.mul(x, scale);
  return {
    y: tf.mul(normed, weight),
    back(dy) {
      const weighted = tf.mul(dy, weight);
      const along = tf.mean(tf.mul(weighted, normed), 1, true);
      return tf.mul(tf.sub(weighted, tf.mul(normed, along)), scale);
    },
  };
}

function feedForward(x: tf.Tensor, layer: number, adapter: Tensors, weights: Tensors): Part {
  const normed = norm(x, weights[`model.layers.${layer}.post_attention_layernorm.weight`]!);
  const both = linear(normed.y, layer, groups[2]!, adapter, weights);
  const [gate, up] = tf.split(both.y, 2, 1) as [tf.Tensor, tf.Tensor];
  const sigmoid = tf.sigmoid(gate);
  const swish = tf.mul(gate, sigmoid);
  const down = linear(tf.mul(swish, up), layer, groups[3]!, adapter, weights);
  const back: Part['back'] = (dy, gradient) => {
    const d = down.back(dy, gradient);
    // σ(x)·(1 + x·(1 − σ(x))) = σ(x) + swish·(1 − σ(x))
    const slope = tf.add(sigmoid, tf.sub(swish, tf.mul(swish, sigmoid)));
    const dBoth = tf.concat([tf.mul(tf.mul(d, up), slope), tf.mul(d, swish)], 1);
    return normed.back(both.back(dBoth, gradient), gradient);
  };
  return { y: down.y, back };
}

function attend(x: tf.Tensor, layer: number, adapter: Tensors, weights: Tensors): Part {
  const normed = norm(x, weights[`model.layers.${layer}.input_layernorm.weight`]!);
  const qkv = linear(normed.y, layer, groups[0]!, adapter, weights);
  const both = rotate(tf.slice(qkv.y, [0, 0], [tokens, 2 * width]), weights, 1);
  const parts = tf.split(both, 2 * heads, 1);
  const values = tf.split(tf.slice(qkv.y, [0, 2 * width], [tokens, width]), heads, 1);
  const each = values.map((v, head) => attendHead(parts[head]!, parts[heads + head]!, v, weights['mask']!));
  const out = linear(tf.concat(each.map(({ y }) => y), 1), layer, groups[1]!, adapter, weights); // prettier-ignore
  const back: Part['back'] = (dy, gradient) => {
    const dHeads = tf.split(out.back(dy, gradient), heads, 1).map((d, head) => each[head]!.back(d));
    const side = (part: 'dq' | 'dk' | 'dv') => dHeads.map((found) => found[part]);
    const turned = rotate(tf.concat([...side('dq'), ...side('dk')], 1), weights, -1);
    return normed.back(qkv.back(tf.concat([turned, ...side('dv')], 1), gradient), gradient);
  };
  return { y: out.y, back };
}

function attendHead(q: tf.Tensor, k: tf.Tensor, v: tf.Tensor, mask: tf.Tensor) {
  const scale = headWidth ** -0.5;
  const scaled = tf.mul(q, scale);
  const p = tf.softmax(tf.add(tf.matMul(scaled, tf.transpose(k)), mask));
  const y = tf.matMul(p, v);
  const back = (dy: tf.Tensor) => {
    const dp = tf.matMul(dy, tf.transpose(v));
    // The row sums of p·dp are those of y·dy, which is narrower (FlashAttention, appendix B).
    const ds = tf.mul(p, tf.sub(dp, tf.sum(tf.mul(y, dy), 1, true)));
    return {
      dq: tf.mul(tf.matMul(ds, k), scale),
      dk: tf.transpose(tf.matMul(tf.transpose(scaled), ds)),
      dv: tf.transpose(tf.matMul(tf.transpose(dy), p)),
    };
  };
  return { y, back };
}

/** Turns the halves of all heads at once, forwards (1) or backwards (−1). */
function rotate(x: tf.Tensor, { cos, sin }: Tensors, direction: 1 | -1): tf.Tensor {
  const half = headWidth / 2;
  const halves = tf.split(x, x.shape[1]! / half, 1);
  const crossed = tf.concat(
    halves.map((_, i) =>
      i % 2 === 0 ? tf.mul(halves[i + 1]!, -direction) : tf.mul(halves[i - 1]!, direction),
    ),
    1,
  );
  return tf.add(tf.mul(x, cos!), tf.mul(crossed, sin!));
}

function headLoss(x: tf.Tensor, weights: Tensors): { readonly loss: tf.Tensor; readonly dx: tf.Tensor } {
  const count = tokens - 1;
  const { y, back } = norm(x, weights['model.norm.weight']!);
  const logits = tf.matMul(tf.slice(y, [0, 0], [count, width]), weights['embeddingTransposed']!);
  const p = tf.softmax(logits);
  const loss = tf.neg(tf.mean(tf.log(tf.gatherND(p, weights['wanted']!))));
  const dLogits = tf.mul(tf.sub(p, weights['targets']!), 1 / count);
  const dy = tf.pad(tf.matMul(dLogits, weights['embedding']!), [[0, 1], [0, 0]]); // prettier-ignore
  return { loss, dx: back(dy, {}) };
}
