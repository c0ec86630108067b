import * as transformers from '@huggingface/transformers';
import type { AdapterSession } from './adapterSession.ts';

/** A tensor of transformers.js, as far as generation touches it. */
export interface TransformersTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** What `generate()` is called with; `inputs` and `attention_mask` are int64 [B, T]. */
export interface GenerateOptions {
  readonly inputs: transformers.Tensor;
  readonly attention_mask: transformers.Tensor;
  /** Empty; handed in so that the caller can dispose it whatever happens. */
  readonly past_key_values: InstanceType<typeof transformers.DynamicCache>;
  readonly max_new_tokens: number;
  readonly do_sample: false;
  readonly logits_processor: transformers.LogitsProcessorList;
  readonly stopping_criteria: transformers.StoppingCriteriaList;
}

/** A transformers.js model that can generate. */
export interface CausalLanguageModel {
  generate(options: GenerateOptions): Promise<unknown>;
}

/** A model's `config.json`, as far as it is looked at here. */
export interface ModelConfig {
  readonly model_type?: string;
  readonly max_position_embeddings?: number;
  /** What GPT-2 and its kin call it. */
  readonly n_positions?: number;
  readonly text_config?: ModelConfig;
}

type Sessions = Record<string, AdapterSession>;
type ModelClass = new (config: object, sessions: Sessions, configs: object) => CausalLanguageModel;

/**
 * The transformers.js model for `config.model_type` over a session of ours. `embedTokens` is the embedding graph
 * of exports that keep it apart from the decoder.
 * @throws when transformers.js knows no text-generation class for the model type.
 */
export function causalLanguageModel(
  config: ModelConfig,
  decoder: AdapterSession,
  embedTokens: AdapterSession | null,
): CausalLanguageModel {
  const Model = modelClass(config);
  const sessions: Sessions = embedTokens
    ? { decoder_model_merged: decoder, embed_tokens: embedTokens }
    : { model: decoder };
  // No end token: transformers.js would end a batch whose rows end at the same step by chance; the rows know better.
  return new Model(new transformers.PretrainedConfig(config), sessions, {
    generation_config: { eos_token_id: null },
  });
}

/** Longest sequence that the model was made for, in tokens. */
export function contextLength(config: ModelConfig): number {
  const positions = ({ max_position_embeddings: most, n_positions: older }: ModelConfig) => most ?? older;
  return positions(config) ?? (config.text_config && positions(config.text_config)) ?? Infinity;
}

function modelClass(config: ModelConfig): ModelClass {
  const mappings = transformers.AutoModelForCausalLM.MODEL_CLASS_MAPPINGS;
  const type = config.model_type ?? '';
  const name = mappings.map((mapping) => mapping.get(type)).find((found) => found !== undefined);
  const found = name === undefined ? undefined : (transformers as Record<string, unknown>)[name];
  if (typeof found !== 'function') {
    throw new Error(
      `transformers.js ${transformers.env.version} has no text-generation class for the model type "${type}" (config.json, model_type); use a model of a supported type such as llama, qwen2, qwen3 or gemma3_text.`,
    );
  }
  return found as ModelClass;
}
