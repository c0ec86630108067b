import type { Model } from '../graph/model.ts';
import { describeConfig, type ConfigFacts } from '../hub/modelConfig.ts';
import { untrainableLayers } from '../lowering/untrainableLayers.ts';

/** What people call a model type, where that is not the type itself. */
const families: Readonly<Record<string, string>> = {
  deepseek_v3: 'DeepSeek-V3',
  gpt_oss: 'gpt-oss',
  granitemoehybrid: 'Granite 4 hybrid',
  mixtral: 'Mixtral',
  qwen3_5: 'Qwen3.5',
  qwen3_5_moe: 'Qwen3.5 MoE',
  qwen3_moe: 'Qwen3 MoE',
  qwen3_next: 'Qwen3-Next',
};

/** A model of a kind that cannot be trained. The message names the kind. */
export class UntrainableModelError extends Error {
  override readonly name = 'UntrainableModelError';
}

/**
 * Refuses a model by its configuration, before its graph or a weight is read: mixtures of experts, linear attention,
 * recurrent layers, encoders.
 * @param text the model's config.json; `null` where it has none
 */
export function refuseUntrainableConfig(text: string | null): void {
  const facts = text === null ? null : factsOf(text);
  const obstacle = facts && trainingObstacle(facts);
  if (obstacle) throw new UntrainableModelError(obstacle);
}

/** Why a model cannot be trained and what can, in whole sentences; null where nothing speaks against it. */
export function trainingObstacle({ obstacle, modelType }: ConfigFacts): string | null {
  if (obstacle === null) return null;
  const family = Object.hasOwn(families, modelType) ? families[modelType] : undefined;
  const sentence =
    family && obstacle.startsWith(modelType) ? family + obstacle.slice(modelType.length) : obstacle;
  return `${sentence} Choose a dense model whose layers all attend, such as SmolLM2, Qwen3, Llama 3.2 or Gemma 3.`;
}

/** A file that cannot be read is reported where it is needed. */
function factsOf(text: string): ConfigFacts | null {
  try {
    return describeConfig(text);
  } catch {
    return null;
  }
}

/** Refuses a decoder by the ops and states in its graph. */
export function refuseUntrainableGraph(decoder: Model): void {
  const obstacle = untrainableLayers(decoder);
  if (obstacle) throw new UntrainableModelError(obstacle);
}
