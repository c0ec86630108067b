import { layOutParameters, type ParameterLayout } from '../graph/parameterLayout.ts';
import { adapterTensors } from './injectLora.ts';
import type { LoraTarget } from './targets.ts';

/** What shapes an adapter besides the model: rank, strength and which layers it adapts. */
export interface LoraConfig {
  readonly rank: number;
  readonly alpha: number;
  /** Rank-stabilized LoRA: scaling alpha/√rank instead of alpha/rank. */
  readonly rankStabilized?: boolean;
}

/** A trained or fresh adapter: its tensors share one flat vector, A [in, r] and B [r, out] per module. */
export interface Adapter {
  readonly config: LoraConfig;
  readonly layout: ParameterLayout;
  readonly parameters: Float32Array;
}

/** What B·A·x is multiplied by. */
export function scalingOf({ rank, alpha, rankStabilized = false }: LoraConfig): number {
  return alpha / (rankStabilized ? Math.sqrt(rank) : rank);
}

/** The projections that an adapter of this layout adapts, sorted: PEFT's `target_modules`. */
export function targetModulesOf(layout: ParameterLayout): string[] {
  return [...new Set(layout.entries.map(({ name }) => name.split('.').at(-2)!))].sort();
}

/** Where each target's A and B lie in the flat vector. */
export function adapterLayout(targets: readonly LoraTarget[], rank: number): ParameterLayout {
  return layOutParameters(adapterTensors(targets, rank));
}
