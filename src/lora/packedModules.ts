import type { Model } from '../graph/model.ts';
import type { LoraTarget } from './targets.ts';

/** The columns of a node's output that are a module's, where module and node are not one to one. */
export interface LoraPart {
  readonly node: string;
  readonly offset: number;
  readonly width: number;
  /** All columns of the node's output. */
  readonly nodeWidth: number;
}

/** Modules that hold several projections as one matrix, outputs side by side in this order. */
const projectionsOf: Readonly<Record<string, readonly string[]>> = {
  qkv_proj: ['q_proj', 'k_proj', 'v_proj'],
  gate_up_proj: ['gate_proj', 'up_proj'],
};

/** Families, by `model_type`, whose PyTorch code has those modules. */
const packingFamilies: ReadonlySet<string> = new Set(['phi3']);

/**
 * The modules that PEFT would adapt, from the linear layers that an export has: exports pack a Llama's query, key and
 * value into one product, and take Phi-3's gate and up apart.
 */
export function matchModules(
  targets: readonly LoraTarget[],
  decoder: Model,
  modelType: string,
): LoraTarget[] {
  if (packingFamilies.has(modelType)) return packTargets(targets);
  return targets.flatMap((target) => unpackTarget(target, decoder));
}

const nameOf = (module: string): string => module.slice(module.lastIndexOf('.') + 1);
const sibling = (module: string, name: string): string =>
  `${module.slice(0, module.lastIndexOf('.') + 1)}${name}`;

/** Joins projections that their family has as one module. */
function packTargets(targets: readonly LoraTarget[]): LoraTarget[] {
  const groups = new Map<string, LoraTarget[]>();
  for (const target of targets) {
    const packed = Object.entries(projectionsOf).find(([, names]) => names.includes(nameOf(target.module)));
    const module = packed ? sibling(target.module, packed[0]) : target.module;
    groups.set(module, [...(groups.get(module) ?? []), target]);
  }
  return [...groups].map(([module, members]) =>
    members[0]!.module === module ? members[0]! : joined(module, members),
  );
}

function joined(module: string, members: readonly LoraTarget[]): LoraTarget {
  const order = projectionsOf[nameOf(module)]!;
  const ordered = order.map((name) => members.find((member) => nameOf(member.module) === name));
  const parts = ordered.map((member, i) => {
    if (member && member.input === members[0]!.input) {
      const width = member.outFeatures;
      return { node: member.node, offset: 0, width, nodeWidth: width };
    }
    throw new Error(
      `${module} has no product for ${order[i]} of the same input; its export is of an unknown form.`,
    );
  });
  const outFeatures = parts.reduce((sum, { width }) => sum + width, 0);
  return { ...members[0]!, module, outFeatures, parts };
}

/** Takes a packed product apart into the modules that its family has. */
function unpackTarget(target: LoraTarget, decoder: Model): LoraTarget[] {
  const names = projectionsOf[nameOf(target.module)];
  const widths = names && widthsOf(target, names.length, decoder);
  if (!widths) return [target];
  let end = 0;
  return names.map((name, i) => {
    const width = widths[i]!;
    const part = { node: target.node, offset: end, width, nodeWidth: target.outFeatures };
    end += width;
    return { ...target, module: sibling(target.module, name), outFeatures: width, parts: [part] };
  });
}

/**
 * Gate and up are equally wide; query, key and value as the layer's fused attention divides them. Where attention is
 * not fused, nothing was packed by the exporter either: the module is the model's own.
 */
function widthsOf({ module, outFeatures }: LoraTarget, count: number, { graph }: Model): number[] | null {
  if (count === 2) return [outFeatures / 2, outFeatures / 2];
  const [, layer] = /(layers\.\d+)\./.exec(module) ?? [];
  const attention = graph.nodes.find(
    ({ name, attributes }) => name.includes(`/${layer}/`) && attributes['num_heads'],
  );
  const heads = attention?.attributes['num_heads'];
  if (heads?.type !== 'int') return null;
  const groups = attention?.attributes['kv_num_heads'];
  const kvHeads = groups?.type === 'int' ? groups.value : heads.value;
  const headSize = outFeatures / (heads.value + 2 * kvHeads);
  return [heads.value * headSize, kvHeads * headSize, kvHeads * headSize];
}
