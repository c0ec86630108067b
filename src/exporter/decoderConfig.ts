import { ropeByLayerKind, type RopeParameters } from './rotaryCache.ts';

export type Activation = 'silu' | 'gelu' | 'geluTanh';

/** One decoder block's attention: which rotary cache it uses and how far it looks back. */
export interface LayerAttention {
  /** Tokens that a position sees, itself included; null when it sees all. */
  readonly window: number | null;
  /** Suffix of its rotary cache's name: '' where there is one cache, else '_local' or '_global'. */
  readonly cache: string;
}

/** A decoder as the exporter sees it, whatever its family calls things. */
export interface DecoderConfig {
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly headCount: number;
  readonly kvHeadCount: number;
  readonly headSize: number;
  readonly vocabularySize: number;
  readonly maxPositions: number;
  readonly normEpsilon: number;
  readonly activation: Activation;
  readonly tiedEmbedding: boolean;
  readonly attentionScale: number;
  readonly layers: readonly LayerAttention[];
  /** Rotary caches by suffix. */
  readonly ropes: Readonly<Record<string, RopeParameters>>;
  readonly family: FamilyTraits;
}

/** What distinguishes the families' blocks. */
export interface FamilyTraits {
  /** Norms multiply by 1 + weight instead of weight. */
  readonly hasUnitOffsetNorms: boolean;
  /** Embeddings are multiplied by √hiddenSize. */
  readonly hasScaledEmbedding: boolean;
  /** Norms before and after attention and feed-forward; else only before. */
  readonly hasSandwichNorms: boolean;
  /** Query and key heads are normalized before the rotation. */
  readonly hasQueryKeyNorms: boolean;
}

const plain = {
  hasUnitOffsetNorms: false,
  hasScaledEmbedding: false,
  hasSandwichNorms: false,
  hasQueryKeyNorms: false,
};

/** The families that the exporter knows, by `model_type`. */
const families: Readonly<Record<string, FamilyTraits>> = {
  llama: plain,
  mistral: plain,
  qwen2: plain,
  qwen3: { ...plain, hasQueryKeyNorms: true },
  gemma3_text: {
    hasUnitOffsetNorms: true,
    hasScaledEmbedding: true,
    hasSandwichNorms: true,
    hasQueryKeyNorms: true,
  },
};

const activations: Readonly<Record<string, Activation>> = {
  silu: 'silu',
  gelu: 'gelu',
  gelu_pytorch_tanh: 'geluTanh',
  gelu_new: 'geluTanh',
};

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a Hugging Face config.json (of the text model, or of a multimodal one with `text_config`).
 * @throws Error naming the key that is missing, and what is supported for one that is not
 */
export function readDecoderConfig(json: Json): DecoderConfig {
  const config = (json['text_config'] ?? json) as Json;
  const modelType = String(config['model_type']);
  const family = families[modelType];
  if (!family) {
    throw new Error(
      `Models of type ${modelType} cannot be exported; supported are ${Object.keys(families).join(', ')}.`,
    );
  }
  refuseUnsupported(config);
  const headCount = size(config, 'num_attention_heads');
  const headSize = optionalNumber(config, 'head_dim') ?? size(config, 'hidden_size') / headCount;
  const ropes = ropeByLayerKind(config, headSize);
  const isLocal = localLayers(config, modelType);
  const window = optionalNumber(config, 'sliding_window') ?? null;
  const hasTwoCaches = ropes['local'] !== undefined;
  return {
    hiddenSize: size(config, 'hidden_size'),
    intermediateSize: size(config, 'intermediate_size'),
    headCount,
    kvHeadCount: optionalNumber(config, 'num_key_value_heads') ?? headCount,
    headSize,
    vocabularySize: size(config, 'vocab_size'),
    maxPositions: size(config, 'max_position_embeddings'),
    normEpsilon: optionalNumber(config, 'rms_norm_eps') ?? 1e-6,
    activation: readActivation(config),
    tiedEmbedding: (config['tie_word_embeddings'] ?? modelType === 'gemma3_text') === true,
    attentionScale: (optionalNumber(config, 'query_pre_attn_scalar') ?? headSize) ** -0.5,
    layers: isLocal.map((local) => ({
      window: local ? window : null,
      cache: hasTwoCaches ? (local ? '_local' : '_global') : '',
    })),
    ropes: hasTwoCaches ? { _local: ropes['local']!, _global: ropes['global']! } : { '': ropes['global']! },
    family,
  };
}

/** Which layers use the sliding window, by the newer `layer_types` or the families' older keys. */
function localLayers(config: Json, modelType: string): boolean[] {
  const count = size(config, 'num_hidden_layers');
  const types = config['layer_types'];
  if (Array.isArray(types)) return types.slice(0, count).map((type) => type === 'sliding_attention');
  const layers = Array.from({ length: count }, (_, i) => i);
  if (modelType === 'gemma3_text') {
    const pattern = optionalNumber(config, 'sliding_window_pattern') ?? 6;
    return layers.map((i) => (i + 1) % pattern !== 0);
  }
  if (modelType === 'mistral')
    return layers.map(() => optionalNumber(config, 'sliding_window') !== undefined);
  const fullLayers = optionalNumber(config, 'max_window_layers') ?? count;
  return layers.map((i) => config['use_sliding_window'] === true && i >= fullLayers);
}

function readActivation(config: Json): Activation {
  const name = config['hidden_activation'] ?? config['hidden_act'] ?? 'silu';
  const activation = typeof name === 'string' ? activations[name] : undefined;
  if (activation) return activation;
  throw new Error(
    `The activation ${JSON.stringify(name)} is not supported; supported are ${Object.keys(activations).join(', ')}.`,
  );
}

const unsupportedKeys = [
  'attn_logit_softcapping',
  'final_logit_softcapping',
  'num_local_experts',
  'use_bidirectional_attention',
];

function refuseUnsupported(config: Json): void {
  const key = unsupportedKeys.find((name) => config[name]);
  if (key)
    throw new Error(
      `config.json sets ${key} to ${String(config[key])}, which the exporter does not support.`,
    );
}

function size(config: Json, key: string): number {
  const value = optionalNumber(config, key);
  if (value === undefined || !Number.isInteger(value) || value <= 0) {
    throw new Error(`config.json needs ${key} as a positive whole number, but has ${String(config[key])}.`);
  }
  return value;
}

function optionalNumber(config: Json, key: string): number | undefined {
  const value = config[key];
  return typeof value === 'number' ? value : undefined;
}
