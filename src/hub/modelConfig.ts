import { isJsonObject, shown } from '../jsonValue.ts';
import { estimateBesideWeights, type DecoderSizes } from './trainingEstimate.ts';

type Json = Readonly<Record<string, unknown>>;

/** What `config.json` tells of a model before its graph is there. */
export interface ConfigFacts {
  readonly modelType: string;
  /** About how many parameters; null where the configuration does not say enough. */
  readonly parameters: number | null;
  /** About the bytes that training takes beside the weights; null where the configuration does not say enough. */
  readonly besideWeights: number | null;
  /** Why the model cannot be trained, as a sentence; null where nothing speaks against it. */
  readonly obstacle: string | null;
}

/** Model types whose layers carry a state from token to token instead of attending. */
const recurrent = /mamba|rwkv|recurrent_gemma|falcon_h1|xlstm|jamba|bamba|zamba|granitemoehybrid|nemotron_h/;
/** Model types with a feed-forward of two matrices instead of three. */
const ungated = /^(gpt2|gpt_neo|gpt_neox|gptj|opt|phi|bloom|falcon|starcoder2|gpt_bigcode|codegen)$/;

/** No family has a longer name; what is longer would fill a message. */
const longestName = 60;

/** Reads a `config.json`. @throws when it is no JSON object */
export function describeConfig(text: string): ConfigFacts {
  const outer = parse(text);
  const inner = outer['text_config'];
  const config = isJsonObject(inner) ? { ...outer, ...inner } : outer;
  const declared = outer['model_type'];
  const modelType = typeof declared === 'string' ? declared.slice(0, longestName) : 'unknown';
  const sizes = sizesOf(config);
  return {
    modelType,
    parameters: sizes && countParameters(sizes, config, modelType),
    besideWeights: sizes && countOrNull(estimateBesideWeights(sizes)),
    obstacle: obstacleOf(config, modelType),
  };
}

function parse(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // told below
  }
  throw new Error('The model’s config.json is not a JSON object; it is not a model that can be loaded.');
}

function obstacleOf(config: Json, modelType: string): string | null {
  const experts = ['num_local_experts', 'num_experts', 'n_routed_experts'].find((key) => {
    const count = config[key];
    return typeof count === 'number' && count > 1;
  });
  if (experts)
    return `${modelType} is a mixture of experts (${experts} = ${shown(config[experts])}), which Whittle cannot train.`;
  const layers = Array.isArray(config['layer_types']) ? (config['layer_types'] as unknown[]) : [];
  if (layers.includes('linear_attention'))
    return `${modelType} has linear-attention layers${isGatedDelta(config) ? ' (gated delta net)' : ''}, which Whittle cannot train.`;
  if (recurrent.test(modelType)) return `${modelType} has recurrent layers, which Whittle cannot train.`;
  if (config['is_encoder_decoder'] === true)
    return `${modelType} is an encoder with a decoder; Whittle trains decoders alone.`;
  return null;
}

/** Only such layers have heads of keys of their own. */
const isGatedDelta = (config: Json): boolean => config['linear_key_head_dim'] !== undefined;

function sizesOf(config: Json): DecoderSizes | null {
  const number = (...keys: string[]): number | undefined =>
    keys.map((key) => config[key]).find((value): value is number => typeof value === 'number');
  const [width, layers] = [number('hidden_size', 'n_embd'), number('num_hidden_layers', 'n_layer')];
  const [heads, words] = [number('num_attention_heads', 'n_head'), number('vocab_size')];
  if (!width || !layers || !heads || !words) return null;
  const headSize = number('head_dim') ?? width / heads;
  const keyHeads = number('num_key_value_heads') ?? heads;
  const inner = number('intermediate_size', 'n_inner') ?? 4 * width;
  const sizes = { layers, width, inner, heads, keyHeads, headSize, words };
  return Object.values(sizes).every((size) => size > 0) ? sizes : null;
}

/** Embeddings, attention and feed-forward matrices; norms and biases are too few to matter. */
function countParameters(sizes: DecoderSizes, config: Json, modelType: string): number | null {
  const { layers, width, inner, heads, keyHeads, headSize, words } = sizes;
  const attention = 2 * width * headSize * (heads + keyHeads);
  const feedForward = (ungated.test(modelType) ? 2 : 3) * width * inner;
  const isTied = config['tie_word_embeddings'] ?? tiedByDefault.test(modelType);
  return countOrNull(words * width * (isTied ? 1 : 2) + layers * (attention + feedForward));
}

/** Null for what no model can have. */
function countOrNull(value: number): number | null {
  const count = Math.round(value);
  return Number.isSafeInteger(count) && count > 0 ? count : null;
}

/** transformers ties the embeddings of these where the configuration does not say. */
const tiedByDefault = /^(gpt2|gemma|gemma2|gemma3|gemma3_text|opt|bloom|gpt_bigcode)$/;
