import { isJsonObject, shown } from '../jsonValue.ts';
import { ConfigFormatError } from './configFormatError.ts';
import { families, type FamilyTraits } from './families.ts';
import { ropeByLayerKind, type RopeParameters } from './rotaryCache.ts';

export type Activation = 'silu' | 'gelu' | 'geluTanh';

/** One decoder block's attention: which rotary cache it uses and how far it looks back. */
export interface LayerAttention {
  /** Tokens that a position sees, itself included; null when it sees all. */
  readonly window: number | null;
  /** Suffix of its rotary cache's name: '' where there is one cache, else '_local' or '_global'. */
  readonly cache: string;
  /** False where queries and keys are not rotated, so that positions count by causality alone. */
  readonly isRotated: boolean;
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
  /** Factor on the embeddings. */
  readonly embeddingScale: number;
  /** Factor on query·key. */
  readonly attentionScale: number;
  /** Factor on what a branch adds to the residual. */
  readonly residualScale: number;
  /** Factor on the logits. */
  readonly logitsScale: number;
  /** Attention scores become cap · tanh(score / cap); 0 for none. */
  readonly attentionSoftcap: number;
  /** The same for the logits. */
  readonly logitSoftcap: number;
  readonly layers: readonly LayerAttention[];
  /** Rotary caches by suffix. */
  readonly ropes: Readonly<Record<string, RopeParameters>>;
  readonly family: FamilyTraits;
}

const activations: Readonly<Record<string, Activation>> = {
  silu: 'silu',
  gelu: 'gelu',
  gelu_pytorch_tanh: 'geluTanh',
  gelu_new: 'geluTanh',
};

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads a Hugging Face config.json (of the text model, or of a multimodal one with `text_config`).
 * @throws ConfigFormatError naming the key that is missing, and what is supported for one that is not
 */
export function readDecoderConfig(json: Json): DecoderConfig {
  const config = textModel(json);
  const family = readFamily(config);
  refuseUnsupported(config);
  const headCount = size(config, 'num_attention_heads');
  const headSize = readHeadSize(config, headCount);
  const ropes = ropeByLayerKind(config, headSize);
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
    tiedEmbedding: (config['tie_word_embeddings'] ?? family.isTiedByDefault) === true,
    ...readScales(config, family, headSize),
    layers: readLayers(config, family, hasTwoCaches),
    ropes: hasTwoCaches ? { _local: ropes['local']!, _global: ropes['global']! } : { '': ropes['global']! },
    family,
  };
}

function textModel(json: unknown): Json {
  if (!isJsonObject(json))
    throw new ConfigFormatError(`config.json must hold a JSON object, not ${shown(json)}.`);
  const inner = json['text_config'];
  return isJsonObject(inner) ? inner : json;
}

function readFamily(config: Json): FamilyTraits {
  const modelType = nameOf(config['model_type']);
  const family = Object.hasOwn(families, modelType) ? families[modelType] : undefined;
  if (family) return family;
  throw new ConfigFormatError(
    `Models of type ${modelType} cannot be exported; supported are ${Object.keys(families).join(', ')}.`,
  );
}

function readScales(config: Json, family: FamilyTraits, headSize: number) {
  const { hasMultipliers, hasScaledEmbedding } = family;
  const multiplier = (key: string) => (hasMultipliers ? (optionalNumber(config, key) ?? 1) : 1);
  const headScale = (optionalNumber(config, 'query_pre_attn_scalar') ?? headSize) ** -0.5;
  return {
    embeddingScale: hasScaledEmbedding
      ? Math.sqrt(size(config, 'hidden_size'))
      : multiplier('embedding_multiplier'),
    attentionScale: hasMultipliers ? multiplier('attention_multiplier') : headScale,
    residualScale: multiplier('residual_multiplier'),
    logitsScale: 1 / multiplier('logits_scaling'),
    attentionSoftcap: optionalNumber(config, 'attn_logit_softcapping') ?? 0,
    logitSoftcap: optionalNumber(config, 'final_logit_softcapping') ?? 0,
  };
}

/** Each layer's attention, by the newer `layer_types` and `no_rope_layers` or the families' older keys. */
function readLayers(config: Json, family: FamilyTraits, hasTwoCaches: boolean): LayerAttention[] {
  const { layer_types: types, no_rope_layers: rotated } = config;
  const window = optionalNumber(config, 'sliding_window') ?? null;
  return Array.from({ length: size(config, 'num_hidden_layers', mostLayers) }, (_, layer) => {
    const isWindowed = Array.isArray(types)
      ? types[layer] === 'sliding_attention'
      : family.isWindowed(config, layer);
    return {
      window: isWindowed ? window : null,
      cache: hasTwoCaches ? (isWindowed ? '_local' : '_global') : '',
      // The key's name notwithstanding, 1 marks the layers that rotate.
      isRotated: !Array.isArray(rotated) || rotated[layer] !== 0,
    };
  });
}

function readActivation(config: Json): Activation {
  const name = config['hidden_activation'] ?? config['hidden_act'] ?? 'silu';
  const activation =
    typeof name === 'string' && Object.hasOwn(activations, name) ? activations[name] : undefined;
  if (activation) return activation;
  throw new ConfigFormatError(
    `The activation ${shown(name)} is not supported; supported are ${Object.keys(activations).join(', ')}.`,
  );
}

const unsupportedKeys = ['num_local_experts', 'use_bidirectional_attention'];

function refuseUnsupported(config: Json): void {
  const key = unsupportedKeys.find((name) => config[name]);
  if (key)
    throw new ConfigFormatError(
      `config.json sets ${key} to ${shown(config[key])}, which the exporter does not support.`,
    );
}

/** Far above any model, and far below what would fill the memory. */
const mostLayers = 10_000;
const largestSize = 2 ** 24;

function nameOf(modelType: unknown): string {
  return typeof modelType === 'string' ? modelType.slice(0, 60) : shown(modelType);
}

function readHeadSize(config: Json, headCount: number): number {
  if (typeof config['head_dim'] === 'number') return size(config, 'head_dim');
  const hiddenSize = size(config, 'hidden_size');
  const headSize = hiddenSize / headCount;
  if (Number.isInteger(headSize)) return headSize;
  throw new ConfigFormatError(
    `config.json has hidden_size ${hiddenSize}, which num_attention_heads ${headCount} does not divide.`,
  );
}

function size(config: Json, key: string, largest = largestSize): number {
  const value = optionalNumber(config, key);
  if (value === undefined || !Number.isInteger(value) || value <= 0 || value > largest) {
    throw new ConfigFormatError(
      `config.json needs ${key} as a positive whole number up to ${largest}, but has ${shown(config[key])}.`,
    );
  }
  return value;
}

function optionalNumber(config: Json, key: string): number | undefined {
  const value = config[key];
  return typeof value === 'number' ? value : undefined;
}
