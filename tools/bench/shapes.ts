import type { CheckpointTensor } from '../../src/exporter/checkpoint.ts';
import { quantizeMatrix, type QuantizedMatrix, type QuantizeOptions } from '../../src/exporter/quantize.ts';

type Json = Readonly<Record<string, unknown>>;

const llama = { model_type: 'llama', hidden_act: 'silu', rms_norm_eps: 1e-5, tie_word_embeddings: true };

/** Configurations of real models, under the names of their repositories; only what determines shapes and cost. One is made up. */
export const modelShapes = {
  'SmolLM2-135M': {
    ...llama,
    hidden_size: 576,
    intermediate_size: 1536,
    num_hidden_layers: 30,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    vocab_size: 49152,
    max_position_embeddings: 8192,
    rope_theta: 100000,
  },
  // As many layers and kernels as the one above, with little to compute in each: what a step takes beside its kernels.
  'SmolLM2-thin': {
    ...llama,
    hidden_size: 64,
    intermediate_size: 128,
    num_hidden_layers: 30,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    vocab_size: 512,
    max_position_embeddings: 8192,
    rope_theta: 100000,
  },
  'Qwen2.5-0.5B': {
    ...llama,
    model_type: 'qwen2',
    hidden_size: 896,
    intermediate_size: 4864,
    num_hidden_layers: 24,
    num_attention_heads: 14,
    num_key_value_heads: 2,
    vocab_size: 151936,
    max_position_embeddings: 32768,
    rope_theta: 1000000,
  },
  'Gemma-3-270m': {
    model_type: 'gemma3_text',
    hidden_activation: 'gelu_pytorch_tanh',
    rms_norm_eps: 1e-6,
    hidden_size: 640,
    intermediate_size: 2048,
    num_hidden_layers: 18,
    num_attention_heads: 4,
    num_key_value_heads: 1,
    head_dim: 256,
    query_pre_attn_scalar: 256,
    vocab_size: 262144,
    max_position_embeddings: 32768,
    sliding_window: 512,
    sliding_window_pattern: 6,
    rope_theta: 1000000,
    rope_local_base_freq: 10000,
  },
  'Llama-3.2-1B': {
    ...llama,
    hidden_size: 2048,
    intermediate_size: 8192,
    num_hidden_layers: 16,
    num_attention_heads: 32,
    num_key_value_heads: 8,
    vocab_size: 128256,
    max_position_embeddings: 8192,
    rope_theta: 500000,
  },
} as const satisfies Record<string, Json>;

export type ModelShape = keyof typeof modelShapes;

/** Random tensors of a checkpoint with that configuration. Each is made when it is read, and not kept. */
export function randomTensors(config: Json): Map<string, CheckpointTensor> {
  const size = (key: string) => Number(config[key]);
  const [hidden, inner] = [size('hidden_size'), size('intermediate_size')];
  const headSize = Number(config['head_dim'] ?? hidden / size('num_attention_heads'));
  const [query, key] = [headSize * size('num_attention_heads'), headSize * size('num_key_value_heads')];
  const isGemma = config['model_type'] === 'gemma3_text';
  const tensors = new Map<string, CheckpointTensor>();
  const add = (name: string, shape: number[], spread: number, center = 0) =>
    tensors.set(name, randomTensor(shape, spread, center));
  const norm = (name: string, width = hidden) => add(name, [width], 0.1, isGemma ? 0 : 1);
  add('model.embed_tokens.weight', [size('vocab_size'), hidden], 0.05);
  norm('model.norm.weight');
  for (let layer = 0; layer < size('num_hidden_layers'); layer++) {
    const path = `model.layers.${layer}`;
    const linear = (name: string, outputs: number, inputs: number) =>
      add(`${path}.${name}.weight`, [outputs, inputs], 1 / Math.sqrt(inputs));
    linear('self_attn.q_proj', query, hidden);
    linear('self_attn.k_proj', key, hidden);
    linear('self_attn.v_proj', key, hidden);
    linear('self_attn.o_proj', hidden, query);
    linear('mlp.gate_proj', inner, hidden);
    linear('mlp.up_proj', inner, hidden);
    linear('mlp.down_proj', hidden, inner);
    if (config['model_type'] === 'qwen2') {
      add(`${path}.self_attn.q_proj.bias`, [query], 0.1);
      add(`${path}.self_attn.k_proj.bias`, [key], 0.1);
      add(`${path}.self_attn.v_proj.bias`, [key], 0.1);
    }
    for (const name of isGemma ? sandwichNorms : preNorms) norm(`${path}.${name}.weight`);
    if (isGemma) for (const part of ['q', 'k']) norm(`${path}.self_attn.${part}_norm.weight`, headSize);
  }
  return tensors;
}

const preNorms = ['input_layernorm', 'post_attention_layernorm'];
const sandwichNorms = [...preNorms, 'pre_feedforward_layernorm', 'post_feedforward_layernorm'];

function randomTensor(shape: readonly number[], spread: number, center: number): CheckpointTensor {
  return {
    dtype: 'F32',
    shape,
    get bytes() {
      const values = new Float32Array(shape.reduce((product, dim) => product * dim, 1));
      fillWithNoise(values, spread, center);
      return new Uint8Array(values.buffer);
    },
  };
}

/** Uniform numbers of that deviation. */
function fillWithNoise(values: Float32Array, spread: number, center: number): void {
  const width = (spread * Math.sqrt(12)) / 2 ** 32;
  for (let i = 0; i < values.length; i++) values[i] = center + width * nextBits();
}

/** Random numbers in 4 bits, as large as the first row is; quantizing a billion would take minutes. */
export function randomQuantized(
  weights: Float32Array,
  rows: number,
  columns: number,
  options: QuantizeOptions,
): QuantizedMatrix {
  const { scales: first, blocks } = quantizeMatrix(weights.subarray(0, columns), 1, columns, options);
  const quant = new Uint8Array((rows * blocks * options.blockSize * options.bits) / 8);
  fillWithBits(quant);
  const scale = first.reduce((sum, x) => sum + Math.abs(x), 0) / blocks;
  return { quant, scales: new Float32Array(rows * blocks).fill(scale), zeroPoints: null, blocks };
}

function fillWithBits(bytes: Uint8Array): void {
  const words = new Int32Array(Math.ceil(bytes.length / 4));
  for (let i = 0; i < words.length; i++) words[i] = nextBits();
  bytes.set(new Uint8Array(words.buffer, 0, bytes.length));
}

let state = 0x9e3779b9;

/**
 * A random integer of 32 bits, signed (Marsaglia's xorshift). No two matrices may have the same numbers: onnxruntime keeps
 * what it packs for its kernels once where the bytes are equal.
 */
function nextBits(): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state;
}
