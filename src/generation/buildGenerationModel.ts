import type { Model } from '../graph/model.ts';
import { injectLora } from '../lora/injectLora.ts';
import type { LoraTarget } from '../lora/targets.ts';
import { addAttentionBias } from './attentionBias.ts';
import { keepLastLogits } from './lastLogits.ts';
import { maskConvolutions } from './maskConvolutions.ts';
import { countPositionsByMask } from './maskPositions.ts';

/**
 * The graph that generates: the base model, right for left-padded batches, with the logits of the last position
 * only and LoRA on `targets` as graph inputs. Weights stay references to the base model's files.
 */
export function buildGenerationModel(model: Model, targets: readonly LoraTarget[]): Model {
  const padded = maskConvolutions(countPositionsByMask(addAttentionBias(model)));
  return injectLora(keepLastLogits(padded), targets);
}

/** The cache outputs, which should stay in device memory between steps (`keepOnDevice` of the session). */
export function cacheOutputs(model: Model): string[] {
  return model.graph.outputs.map(({ name }) => name).filter((name) => name.startsWith('present'));
}
