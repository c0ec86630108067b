import type { CheckpointTensor } from '../../src/exporter/checkpoint.ts';

type Json = Readonly<Record<string, unknown>>;

const shared = {
  hidden_size: 64,
  intermediate_size: 96,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 50,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-6,
  rope_theta: 10000,
};

/** Small configurations of the families, to be filled with random weights. */
export const tinyConfigs = {
  llama: { ...shared, model_type: 'llama', hidden_act: 'silu', tie_word_embeddings: false },
  mistral: { ...shared, model_type: 'mistral', hidden_act: 'silu', sliding_window: 4, tie_word_embeddings: false }, // prettier-ignore
  qwen2: { ...shared, model_type: 'qwen2', hidden_act: 'silu', tie_word_embeddings: true },
  qwen3: { ...shared, model_type: 'qwen3', hidden_act: 'silu', head_dim: 32, tie_word_embeddings: true },
  smollm3: { ...shared, model_type: 'smollm3', hidden_act: 'silu', no_rope_layers: [1, 0] },
  phi3: {
    ...shared,
    model_type: 'phi3',
    hidden_act: 'silu',
    head_dim: 32,
    partial_rotary_factor: 0.5,
    sliding_window: 4,
    tie_word_embeddings: false,
  },
  granite: {
    ...shared,
    model_type: 'granite',
    hidden_act: 'silu',
    embedding_multiplier: 3,
    attention_multiplier: 0.2,
    residual_multiplier: 0.4,
    logits_scaling: 2,
    tie_word_embeddings: true,
  },
  olmo2: { ...shared, model_type: 'olmo2', hidden_act: 'silu', tie_word_embeddings: false },
  gemma2: {
    ...shared,
    model_type: 'gemma2',
    hidden_activation: 'gelu_pytorch_tanh',
    head_dim: 32,
    query_pre_attn_scalar: 24,
    sliding_window: 4,
    attn_logit_softcapping: 2,
    final_logit_softcapping: 4,
  },
  gemma3: {
    ...shared,
    model_type: 'gemma3_text',
    hidden_activation: 'gelu_pytorch_tanh',
    head_dim: 32,
    query_pre_attn_scalar: 24,
    sliding_window: 4,
    sliding_window_pattern: 2,
    rope_theta: 1000000,
    rope_local_base_freq: 10000,
  },
} as const satisfies Record<string, Json>;

export type TinyFamily = keyof typeof tinyConfigs;

/** Which norms a block has, beside those of query and key. */
const blockNorms: Readonly<Partial<Record<TinyFamily, readonly string[]>>> = {
  olmo2: ['post_attention_layernorm', 'post_feedforward_layernorm'],
  gemma2: [
    'input_layernorm',
    'post_attention_layernorm',
    'pre_feedforward_layernorm',
    'post_feedforward_layernorm',
  ],
  gemma3: [
    'input_layernorm',
    'post_attention_layernorm',
    'pre_feedforward_layernorm',
    'post_feedforward_layernorm',
  ],
};

/** Random tensors of a checkpoint of that configuration, reproducible. */
export function randomCheckpoint(family: TinyFamily): Map<string, CheckpointTensor> {
  const config: Json = tinyConfigs[family];
  const [hidden, inner] = [shared.hidden_size, shared.intermediate_size];
  const headSize = Number(config['head_dim'] ?? hidden / shared.num_attention_heads);
  const [query, key] = [headSize * shared.num_attention_heads, headSize * shared.num_key_value_heads];
  const random = randomNormal(7);
  const tensors = new Map<string, CheckpointTensor>();
  const add = (name: string, shape: number[], spread: number, center = 0) => {
    const values = Float32Array.from(
      { length: shape.reduce((a, b) => a * b) },
      () => center + spread * random(),
    );
    tensors.set(name, { dtype: 'F32', shape, bytes: new Uint8Array(values.buffer) });
  };
  const norm = (name: string, size = hidden) => add(name, [size], 0.1, family.startsWith('gemma') ? 0 : 1);
  add('model.embed_tokens.weight', [shared.vocab_size, hidden], 1);
  if (config['tie_word_embeddings'] === false) add('lm_head.weight', [shared.vocab_size, hidden], 0.2);
  norm('model.norm.weight');
  for (let layer = 0; layer < shared.num_hidden_layers; layer++) {
    const path = `model.layers.${layer}`;
    for (const [name, outputs, inputs] of linears(family, hidden, inner, query, key))
      add(`${path}.${name}.weight`, [outputs, inputs], 1 / Math.sqrt(inputs));
    if (family === 'qwen2') {
      add(`${path}.self_attn.q_proj.bias`, [query], 0.5);
      add(`${path}.self_attn.k_proj.bias`, [key], 0.5);
      add(`${path}.self_attn.v_proj.bias`, [key], 0.5);
    }
    const norms = blockNorms[family] ?? ['input_layernorm', 'post_attention_layernorm'];
    norms.forEach((name) => norm(`${path}.${name}.weight`));
    if (family === 'gemma3' || family === 'qwen3' || family === 'olmo2') {
      norm(`${path}.self_attn.q_norm.weight`, family === 'olmo2' ? query : headSize);
      norm(`${path}.self_attn.k_norm.weight`, family === 'olmo2' ? key : headSize);
    }
  }
  return tensors;
}

type Linear = readonly [name: string, outputs: number, inputs: number];

function linears(family: TinyFamily, hidden: number, inner: number, query: number, key: number): Linear[] {
  const [fromAttention, fromInner]: Linear[] = [
    ['self_attn.o_proj', hidden, query],
    ['mlp.down_proj', hidden, inner],
  ];
  if (family === 'phi3') {
    return [
      ['self_attn.qkv_proj', query + 2 * key, hidden],
      fromAttention!,
      ['mlp.gate_up_proj', 2 * inner, hidden],
      fromInner!,
    ];
  }
  return [
    ['self_attn.q_proj', query, hidden],
    ['self_attn.k_proj', key, hidden],
    ['self_attn.v_proj', key, hidden],
    fromAttention!,
    ['mlp.gate_proj', inner, hidden],
    ['mlp.up_proj', inner, hidden],
    fromInner!,
  ];
}

/** Normal numbers from a small counter-based generator (mulberry32 and Box-Muller). */
function randomNormal(seed: number): () => number {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
