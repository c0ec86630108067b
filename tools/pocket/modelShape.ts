import { pocketShape } from './pocketShape.ts';

/** Pocket's architecture: a small Llama with grouped queries and one matrix for embedding and head. */
export const modelShape = {
  hidden: 192,
  feedForward: 512,
  layers: 4,
  heads: 6,
  kvHeads: 3,
  vocabulary: pocketShape.vocabularySize,
} as const;

/** How the committed model is quantized; pretraining's last part already rounds this way. */
export const quantization = { bits: 4, embeddingBits: 8, blockSize: 32, zeroPoints: false } as const;

/** config.json in the Hub's form. */
export const pocketConfig = {
  _name_or_path: 'whittle/pocket',
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_act: 'silu',
  hidden_size: modelShape.hidden,
  intermediate_size: modelShape.feedForward,
  num_hidden_layers: modelShape.layers,
  num_attention_heads: modelShape.heads,
  num_key_value_heads: modelShape.kvHeads,
  head_dim: modelShape.hidden / modelShape.heads,
  vocab_size: modelShape.vocabulary,
  max_position_embeddings: pocketShape.contextLength,
  rms_norm_eps: 1e-5,
  rope_theta: 10000,
  tie_word_embeddings: true,
  torch_dtype: 'float32',
} as const;

/** One stretch of pretraining, with a learning rate of its own that rises and then falls along a cosine. */
export interface PretrainingStage {
  readonly corpus: 'general' | 'reading' | 'wording';
  readonly steps: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  /** Steps at the end that train through the rounding. */
  readonly roundedSteps: number;
}

/** The recipe of `npm run pocket`. */
export const recipe = {
  seed: 1,
  batchSize: 16,
  sequenceLength: pocketShape.contextLength,
  stages: [
    { corpus: 'general', steps: 4200, learningRate: 3e-3, warmupSteps: 100, roundedSteps: 700 },
    { corpus: 'reading', steps: 5000, learningRate: 2.5e-3, warmupSteps: 100, roundedSteps: 700 },
    { corpus: 'wording', steps: 2600, learningRate: 2e-3, warmupSteps: 50, roundedSteps: 500 },
  ] satisfies PretrainingStage[],
  weightDecay: 0.05,
  maxGradNorm: 1,
  validationSequences: 32,
} as const;
