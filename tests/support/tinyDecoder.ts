import type { Attributes, Initializer, Model, ModelNode, ValueInfo } from '../../src/graph/model.ts';
import { seededRandom } from '../../src/generation/seededRandom.ts';

const size = {
  vocabulary: 40,
  hidden: 16,
  heads: 4,
  kvHeads: 2,
  headSize: 16,
  mlp: 24,
  layers: 2,
  context: 64,
};

/** A config.json for `tinyDecoder`. */
export const tinyConfig = {
  model_type: 'llama',
  architectures: ['LlamaForCausalLM'],
  hidden_size: size.hidden,
  num_attention_heads: size.heads,
  num_key_value_heads: size.kvHeads,
  head_dim: size.headSize,
  num_hidden_layers: size.layers,
  max_position_embeddings: size.context,
  vocab_size: size.vocabulary,
};

/**
 * A Llama-style decoder with random weights and a cache, in the form of older exports: GroupQueryAttention without
 * an attention bias, sequence lengths from the mask's sum, logits of every position.
 */
export function tinyDecoder(seed = 1): Model {
  const weights = new Weights(seed);
  const nodes = [...maskNodes(), embed(weights)];
  let x = 'embedded';
  for (let layer = 0; layer < size.layers; layer++) {
    const block = layerNodes(layer, x, weights);
    nodes.push(...block.nodes);
    x = block.output;
  }
  nodes.push(
    norm('/model/norm', x, weights),
    linear('/lm_head', '/model/norm/out', size.hidden, size.vocabulary, weights, 'logits'),
  );
  const cacheShape = (length: string) => ['batch_size', size.kvHeads, length, size.headSize];
  const caches = (prefix: string, length: string) =>
    Array.from({ length: size.layers }, (_, i) =>
      ['key', 'value'].map((part) => float(`${prefix}.${i}.${part}`, cacheShape(length))),
    ).flat();
  return {
    irVersion: 10,
    opsets: { '': 21, 'com.microsoft': 1 },
    graph: {
      name: 'tiny',
      nodes,
      inputs: [
        int64('input_ids', ['batch_size', 'sequence_length']),
        int64('attention_mask', ['batch_size', 'total_sequence_length']),
        ...caches('past_key_values', 'past_sequence_length'),
      ],
      outputs: [
        float('logits', ['batch_size', 'sequence_length', size.vocabulary]),
        ...caches('present', 'total_sequence_length'),
      ],
      initializers: weights.initializers,
      valueInfos: [],
    },
  };
}

const float = (name: string, shape: readonly (number | string)[]): ValueInfo => ({
  name,
  elementType: 'float32',
  shape,
});
const int64 = (name: string, shape: readonly (number | string)[]): ValueInfo => ({
  name,
  elementType: 'int64',
  shape,
});

class Weights {
  readonly initializers: Initializer[] = [];
  readonly #uniform: () => number;

  constructor(seed: number) {
    this.#uniform = seededRandom(seed, 0);
  }

  random(name: string, dims: readonly number[], scale: number): string {
    const count = dims.reduce((product, dim) => product * dim, 1);
    return this.float(
      name,
      dims,
      Float32Array.from({ length: count }, () => (this.#uniform() * 2 - 1) * scale),
    );
  }

  float(name: string, dims: readonly number[], data: Float32Array): string {
    this.initializers.push({
      name,
      elementType: 'float32',
      dims,
      data: { bytes: new Uint8Array(data.buffer) },
    });
    return name;
  }

  int64(name: string, values: readonly number[]): string {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    if (!this.initializers.some((known) => known.name === name)) {
      this.initializers.push({ name, elementType: 'int64', dims: [values.length], data: { bytes } });
    }
    return name;
  }
}

function node(
  opType: string,
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Attributes = {},
  domain = '',
): ModelNode {
  return { opType, name, domain, inputs, outputs, attributes };
}

const int = (value: number) => ({ type: 'int', value }) as const;

function maskNodes(): ModelNode[] {
  return [
    node('ReduceSum', '/mask/sum', ['attention_mask', 'axis1'], ['mask_sum'], { keepdims: int(0) }),
    node('Sub', '/mask/sub', ['mask_sum', 'axis1'], ['last_index']),
    node('Cast', '/mask/seqlens', ['last_index'], ['seqlens_k'], { to: int(6) }),
    node('Shape', '/mask/shape', ['attention_mask'], ['mask_shape']),
    node('Gather', '/mask/gather', ['mask_shape', 'axis1'], ['total_length_1d'], { axis: int(0) }),
    node('Squeeze', '/mask/squeeze', ['total_length_1d'], ['total_length_64']),
    node('Cast', '/mask/total', ['total_length_64'], ['total_length'], { to: int(6) }),
  ];
}

function embed(weights: Weights): ModelNode {
  weights.int64('axis1', [1]);
  const table = weights.random('model.embed_tokens.weight', [size.vocabulary, size.hidden], 1);
  rotaryCache(weights);
  return node('Gather', '/model/embed_tokens/Gather', [table, 'input_ids'], ['embedded']);
}

function rotaryCache(weights: Weights): void {
  const half = size.headSize / 2;
  const angles = Array.from(
    { length: size.context * half },
    (_, i) => Math.floor(i / half) / 10000 ** ((i % half) / half),
  );
  weights.float('cos_cache', [size.context, half], Float32Array.from(angles, Math.cos));
  weights.float('sin_cache', [size.context, half], Float32Array.from(angles, Math.sin));
}

function norm(name: string, input: string, weights: Weights): ModelNode {
  const scale = weights.random(`${name}.weight`, [size.hidden], 1);
  return node('SimplifiedLayerNormalization', `${name}/LayerNorm`, [input, scale], [`${name}/out`], {
    epsilon: { type: 'float', value: 1e-6 },
    axis: int(-1),
  });
}

function linear(
  name: string,
  input: string,
  from: number,
  to: number,
  weights: Weights,
  output = `${name}/out`,
): ModelNode {
  return node(
    'MatMul',
    `${name}/MatMul`,
    [input, weights.random(`${name}.weight`, [from, to], 2 / Math.sqrt(from))],
    [output],
  );
}

function layerNodes(layer: number, input: string, weights: Weights): { nodes: ModelNode[]; output: string } {
  const at = (name: string) => `/model/layers.${layer}/${name}`;
  const { hidden, heads, kvHeads, headSize, mlp } = size;
  const normed = `${at('input_norm')}/out`;
  const cache = [`past_key_values.${layer}.key`, `past_key_values.${layer}.value`];
  const projections = ['q', 'k', 'v'].map((p) =>
    linear(at(`attn/${p}_proj`), normed, hidden, (p === 'q' ? heads : kvHeads) * headSize, weights),
  );
  const attention = node(
    'GroupQueryAttention',
    at('attn/GroupQueryAttention'),
    [
      ...projections.map(({ outputs }) => outputs[0]!),
      ...cache,
      'seqlens_k',
      'total_length',
      'cos_cache',
      'sin_cache',
    ],
    [at('attn/out'), `present.${layer}.key`, `present.${layer}.value`],
    { num_heads: int(heads), kv_num_heads: int(kvHeads), do_rotary: int(1) },
    'com.microsoft',
  );
  return {
    nodes: [
      norm(at('input_norm'), input, weights),
      ...projections,
      attention,
      linear(at('attn/o_proj'), at('attn/out'), heads * headSize, hidden, weights),
      node('Add', at('add1'), [input, `${at('attn/o_proj')}/out`], [at('add1')]),
      norm(at('post_norm'), at('add1'), weights),
      linear(at('mlp/up_proj'), `${at('post_norm')}/out`, hidden, mlp, weights),
      node('Relu', at('mlp/relu'), [`${at('mlp/up_proj')}/out`], [at('mlp/relu')]),
      linear(at('mlp/down_proj'), at('mlp/relu'), mlp, hidden, weights),
      node('Add', at('add2'), [at('add1'), `${at('mlp/down_proj')}/out`], [at('add2')]),
    ],
    output: at('add2'),
  };
}
