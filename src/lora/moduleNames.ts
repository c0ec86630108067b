import type { ModelNode } from '../graph/model.ts';

/** Projections of `model.layers.N` by the block they live in; exports abbreviate `self_attn` to `attn`. */
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

/** A product's node is named after the module it was traced in: `/transformer/h.0/attn/c_attn/Gemm`. */
const tracedNode = /^\/((?:\w+\/)*(?:layers|h|blocks)\.\d+(?:\/[\w.]+)+)\/(?:MatMul|Gemm)[^/]*$/;

/** A block's projection somewhere in the node's name. */
const projection = /layers[./](\d+)[./].*?(\w+_proj)\/MatMul/;

/** Older exporters number their nodes, but keep a weight's own name where they need not transpose it. */
const namedWeight = /^((?:\w+\.)*(?:layers|h|blocks)\.\d+(?:\.\w+)+)\.weight(?:_merged_\d+)?$/;

/** The PyTorch module whose product a node computes, by PEFT's name for it; `null` for nodes of no decoder block. */
export function moduleOf(node: ModelNode): string | null {
  const traced = tracedNode.exec(node.name)?.[1] ?? namedWeight.exec(weightName(node))?.[1];
  if (traced) return canonical(traced.replaceAll('/', '.'));
  const match = projection.exec(node.name);
  return match && inBlock(match[1]!, match[2]!);
}

const weightName = ({ opType, inputs }: ModelNode): string =>
  opType === 'MatMul' || opType === 'Gemm' ? (inputs[1] ?? '') : '';

/** `model.layers.0.attn.q_proj` → `model.layers.0.self_attn.q_proj`. */
function canonical(path: string): string {
  const match = /^model\.layers\.(\d+)\..*?(\w+)$/.exec(path);
  return (match && inBlock(match[1]!, match[2]!)) ?? path;
}

const inBlock = (layer: string, name: string): string | null =>
  Object.hasOwn(blockOf, name) ? `model.layers.${layer}.${blockOf[name]}.${name}` : null;

/** GPT-2's projections are Conv1D modules, whose weights are [in, out]; PEFT calls that fan_in_fan_out. */
export const isConv1d = (module: string): boolean => /(^|\.)h\.\d+\..*\bc_(attn|proj|fc)$/.test(module);
