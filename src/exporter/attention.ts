import type { ExportContext } from './exportContext.ts';
import { float, int } from './graphWriter.ts';
import { writeProjection } from './linear.ts';
import { writeNorm } from './normalization.ts';
import { rotaryCache } from './rotaryCache.ts';

/** Values that all attention nodes share. */
export interface AttentionInputs {
  /** Length of each row, padding included, less one: int32 [B, 1]. */
  readonly lastPositions: string;
  /** Length of the cache with the new tokens: int32 scalar. */
  readonly totalLength: string;
  /** Additive [B, 1, S, T]; '' where lengths do the masking. */
  readonly bias: string;
}

/** Writes one block's attention, projections included; returns o_proj's output. */
export function writeAttention(
  context: ExportContext,
  layer: number,
  input: string,
  shared: AttentionInputs,
): string {
  const { config, form } = context;
  const path = `/model/layers.${layer}/attn`;
  const [querySize, keySize] = [config.headCount * config.headSize, config.kvHeadCount * config.headSize];
  const project = (name: string, x: string, inFeatures: number, outFeatures: number) =>
    writeProjection(context, { layer, block: 'attn', name, input: x, inFeatures, outFeatures });
  let query = project('q_proj', input, config.hiddenSize, querySize);
  let key = project('k_proj', input, config.hiddenSize, keySize);
  const value = project('v_proj', input, config.hiddenSize, keySize);
  if (config.family.hasQueryKeyNorms) {
    query = writeHeadNorm(context, layer, 'q_norm', query, querySize);
    key = writeHeadNorm(context, layer, 'k_norm', key, keySize);
  }
  const caches = writeRotaryCaches(context, layer);
  if (form.positionIds) {
    query = writeRotation(context, `${path}/q_rotary`, query, caches);
    key = writeRotation(context, `${path}/k_rotary`, key, caches);
  }
  const attention = writeGroupQueryAttention(context, layer, [query, key, value], caches, shared);
  return project('o_proj', attention, querySize, config.hiddenSize);
}

/** Normalizes each head: [B, S, heads·size] → [B, S·heads, size] → norm → back. */
function writeHeadNorm(
  context: ExportContext,
  layer: number,
  name: string,
  input: string,
  width: number,
): string {
  const { writer, config } = context;
  const path = `/model/layers.${layer}/attn/${name}`;
  const perHead = writer.op('Reshape', `${path}/Reshape_1`, [input, writer.int64([0, -1, config.headSize])]);
  const site = {
    path,
    nodeName: 'SimplifiedLayerNormalization',
    weightName: `model.layers.${layer}.attn.${name}.layernorm.weight`,
    tensor: `layers.${layer}.self_attn.${name}.weight`,
    size: config.headSize,
  };
  const normed = writeNorm(context, site, perHead);
  return writer.op('Reshape', `${path}/Reshape_2`, [normed, writer.int64([0, -1, width])]);
}

/** Names of the layer's rotary tables [positions, headSize / 2]: cos, sin. */
function writeRotaryCaches({ writer, config }: ExportContext, layer: number): [string, string] {
  const suffix = config.layers[layer]!.cache;
  const names: [string, string] = [`cos_cache${suffix}`, `sin_cache${suffix}`];
  if (writer.initializers.some(({ name }) => name === names[0])) return names;
  const { cos, sin } = rotaryCache(config.ropes[suffix]!, config.maxPositions);
  const dims = [config.maxPositions, config.headSize / 2];
  writer.floats(names[0], dims, cos);
  writer.floats(names[1], dims, sin);
  return names;
}

function writeRotation(
  { writer }: ExportContext,
  path: string,
  input: string,
  caches: [string, string],
): string {
  const output = `${path}/RotaryEmbedding/output_0`;
  writer.node({
    opType: 'RotaryEmbedding',
    name: `${path}/RotaryEmbedding`,
    domain: 'com.microsoft',
    inputs: [input, 'position_ids', ...caches],
    outputs: [output],
    attributes: { interleaved: int(0) },
  });
  return output;
}

function writeGroupQueryAttention(
  { writer, config, form }: ExportContext,
  layer: number,
  queryKeyValue: readonly string[],
  caches: [string, string],
  shared: AttentionInputs,
): string {
  const name = `/model/layers.${layer}/attn/GroupQueryAttention`;
  const past = [`past_key_values.${layer}.key`, `past_key_values.${layer}.value`];
  const lengths = [shared.lastPositions, shared.totalLength];
  const inputs = [...queryKeyValue, ...past, ...lengths, ...(form.positionIds ? ['', ''] : caches)];
  if (shared.bias) inputs.push('', shared.bias);
  const { window } = config.layers[layer]!;
  writer.node({
    opType: 'GroupQueryAttention',
    name,
    domain: 'com.microsoft',
    inputs,
    outputs: [`${name}/output_0`, `present.${layer}.key`, `present.${layer}.value`],
    attributes: {
      num_heads: int(config.headCount),
      kv_num_heads: int(config.kvHeadCount),
      scale: float(config.attentionScale),
      local_window_size: int(window ?? -1),
      softcap: float(0),
      do_rotary: int(form.positionIds ? 0 : 1),
      rotary_interleaved: int(0),
    },
  });
  return `${name}/output_0`;
}
