import type { Model } from '../graph/model.ts';
import { indexGraph, readLinear, type LinearNode } from './linearNodes.ts';

/** A linear layer that LoRA can adapt: y = x·W with x [.., inFeatures] and y [.., outFeatures]. */
export interface LoraTarget extends LinearNode {
  /** The module's name in the PyTorch model, `model.layers.3.self_attn.q_proj`: what PEFT files call it. */
  readonly module: string;
}

/** `all-linear` means every linear layer inside the decoder's blocks, never the embedding or the head (as PEFT). */
export type TargetModules = readonly string[] | 'all-linear';

/** Projections by the block they live in; exports abbreviate `self_attn` to `attn`. */
const blockOf: Readonly<Record<string, string>> = {
  q_proj: 'self_attn',
  k_proj: 'self_attn',
  v_proj: 'self_attn',
  o_proj: 'self_attn',
  qkv_proj: 'self_attn',
  gate_proj: 'mlp',
  up_proj: 'mlp',
  down_proj: 'mlp',
  gate_up_proj: 'mlp',
};

const projection = /layers[./](\d+)[./].*?(\w+_proj)\/MatMul/;

/**
 * Finds the linear layers whose projection name is in `targetModules`, in graph order.
 * @throws when a name matches nothing, listing the names that exist
 */
export function findLoraTargets(model: Model, targetModules: TargetModules): LoraTarget[] {
  const index = indexGraph(model);
  const all = model.graph.nodes.flatMap((node) => {
    const match = projection.exec(node.name);
    const linear = match && readLinear(node, index);
    const block = match && blockOf[match[2]!];
    if (!linear || !block) return [];
    return [{ module: `model.layers.${match[1]}.${block}.${match[2]}`, ...linear }];
  });
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

function requireSome(targets: LoraTarget[], model: Model): LoraTarget[] {
  if (targets.length > 0) return targets;
  const sample = model.graph.nodes.find(({ opType }) => opType.startsWith('MatMul'))?.name ?? 'none';
  throw new Error(`No linear layer of a decoder block was found (the first MatMul node is named ${sample}).`);
}
