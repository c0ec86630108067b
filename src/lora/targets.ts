import type { Model } from '../graph/model.ts';
import { indexGraph, readLinear, type LinearNode } from './linearNodes.ts';
import { decodersOf } from './mergedDecoder.ts';
import { moduleOf } from './moduleNames.ts';
import { matchModules, type LoraPart } from './packedModules.ts';

/** A linear layer that LoRA can adapt: y = x·W with x [.., inFeatures] and y [.., outFeatures]. */
export interface LoraTarget extends LinearNode {
  /** The module's name in the PyTorch model, `model.layers.3.self_attn.q_proj`: what PEFT files call it. */
  readonly module: string;
  /** Where its outputs are computed, in order, when that is not all of `node`. */
  readonly parts?: readonly LoraPart[];
}

/** `all-linear` means every linear layer inside the decoder's blocks, never the embedding or the head (as PEFT). */
export type TargetModules = readonly string[] | 'all-linear';

/**
 * Finds the linear layers whose projection name is in `targetModules`, in graph order.
 * @param modelType config.json's `model_type`, which tells whether the PyTorch model packs projections as the export
 * does; without it, modules are taken to be what the export's nodes are
 * @throws when a name matches nothing, listing the names that exist
 */
export function findLoraTargets(
  model: Model,
  targetModules: TargetModules,
  modelType?: string,
): LoraTarget[] {
  const [decoder] = decodersOf(model);
  const found = linearLayers(decoder);
  const all = modelType === undefined ? found : matchModules(found, decoder, modelType);
  if (targetModules === 'all-linear') return requireSome(all, model);
  const projectionOf = ({ module }: LoraTarget) => module.slice(module.lastIndexOf('.') + 1);
  const known = new Set(all.map(projectionOf));
  const unknown = targetModules.filter((name) => !known.has(name));
  if (unknown.length > 0) {
    throw new Error(
      `No linear layer is named ${unknown.join(', ')}; this model has ${[...known].join(', ')}.`,
    );
  }
  return all.filter((target) => targetModules.includes(projectionOf(target)));
}

/** Every linear layer of a decoder's blocks. */
function linearLayers(decoder: Model): LoraTarget[] {
  const index = indexGraph(decoder);
  return decoder.graph.nodes.flatMap((node) => {
    const module = moduleOf(node);
    const linear = module === null ? null : readLinear(node, index);
    return module !== null && linear ? [{ module, ...linear }] : [];
  });
}

/** The same layers in another decoder of the same weights. @throws naming a layer that it lacks */
export function sameTargets(decoder: Model, targets: readonly LoraTarget[]): LoraTarget[] {
  const found = new Map(linearLayers(decoder).map((target) => [target.module, target]));
  return targets.map(({ module }) => {
    const target = found.get(module);
    if (target) return target;
    throw new Error(`The merged model has ${module} in one of its branches only; export it without merging.`);
  });
}

function requireSome(targets: LoraTarget[], model: Model): LoraTarget[] {
  if (targets.length > 0) return targets;
  const sample =
    decodersOf(model)[0].graph.nodes.find(({ opType }) => opType.startsWith('MatMul'))?.name ?? 'none';
  throw new Error(`No linear layer of a decoder block was found (the first MatMul node is named ${sample}).`);
}
