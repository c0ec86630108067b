import type { ExportContext } from './exportContext.ts';
import { float, int } from './graphWriter.ts';
import { writeNorm } from './normalization.ts';
import { writePackedProjection, writeProjection } from './projections.ts';
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

/** Names of query, key and value [B, S, ·]; packed in one, key and value are ''. */
type QueryKeyValue = readonly [query: string, key: string, value: string];

/** Writes one block's attention, projections included; returns o_proj's output. */
export function writeAttention(
  context: ExportContext,
  layer: number,
  input: string,
  shared: AttentionInputs,
): string {
  const { config, form } = context;
  const path = `/model/layers.${layer}/attn`;
  const { isRotated } = config.layers[layer]!;
  const { querySize, keySize } = attentionSizes(context);
  const projected = writeQueryKeyValue(context, layer, input);
  let [query, key] = projected;
  if (config.family.queryKeyNorms) {
    query = writeQueryKeyNorm(context, layer, 'q_norm', query, querySize);
    key = writeQueryKeyNorm(context, layer, 'k_norm', key, keySize);
  }
  const caches = isRotated ? writeRotaryCaches(context, layer) : null;
  if (caches && form.positionIds) {
    query = writeRotation(context, `${path}/q_rotary`, query, caches, config.headCount);
    key = writeRotation(context, `${path}/k_rotary`, key, caches, config.kvHeadCount);
  }
  const attention = writeGroupQueryAttention(context, layer, [query, key, projected[2]], caches, shared);
  return writeProjection(context, {
    layer,
    block: 'attn',
    name: 'o_proj',
    input: attention,
    inFeatures: querySize,
    outFeatures: config.hiddenSize,
  });
}

const attentionSizes = ({ config }: ExportContext) => ({
  querySize: config.headCount * config.headSize,
  keySize: config.kvHeadCount * config.headSize,
});

/** Three projections, or one that is split again where query and key go through nodes of their own. */
function writeQueryKeyValue(context: ExportContext, layer: number, input: string): QueryKeyValue {
  const { writer, config, form } = context;
  const { querySize, keySize } = attentionSizes(context);
  const sizes = [querySize, keySize, keySize];
  const parts = ['q_proj', 'k_proj', 'v_proj'].map(
    (name, i) =>
      ({
        layer,
        block: 'attn',
        name,
        input,
        inFeatures: config.hiddenSize,
        outFeatures: sizes[i]!,
      }) as const,
  );
  if (!form.packedAttention) {
    const [query, key, value] = parts.map((part) => writeProjection(context, part));
    return [query!, key!, value!];
  }
  const packed = writePackedProjection(context, 'qkv_proj', parts);
  if (!config.family.queryKeyNorms && !form.positionIds) return [packed, '', ''];
  const name = `/model/layers.${layer}/attn/qkv_proj/Split`;
  const outputs = [`${name}/output_0`, `${name}/output_1`, `${name}/output_2`] as const;
  const inputs = [packed, writer.int64(sizes)];
  writer.node({ opType: 'Split', name, inputs, outputs, attributes: { axis: int(-1) } });
  return outputs;
}

/** Normalizes all heads as one vector, or each: [B, S, heads·size] → [B, S·heads, size] → norm → back. */
function writeQueryKeyNorm(
  context: ExportContext,
  layer: number,
  name: string,
  input: string,
  width: number,
): string {
  const { writer, config } = context;
  const isPerHead = config.family.queryKeyNorms === 'perHead';
  const path = `/model/layers.${layer}/attn/${name}`;
  const site = {
    path,
    nodeName: 'SimplifiedLayerNormalization',
    weightName: `model.layers.${layer}.attn.${name}.layernorm.weight`,
    tensor: `layers.${layer}.self_attn.${name}.weight`,
    size: isPerHead ? config.headSize : width,
  };
  if (!isPerHead) return writeNorm(context, site, input);
  const perHead = writer.op('Reshape', `${path}/Reshape_1`, [input, writer.int64([0, -1, config.headSize])]);
  const normed = writeNorm(context, site, perHead);
  return writer.op('Reshape', `${path}/Reshape_2`, [normed, writer.int64([0, -1, width])]);
}

/** Names of the layer's rotary tables [positions, rotated / 2]: cos, sin. */
function writeRotaryCaches({ writer, config }: ExportContext, layer: number): [string, string] {
  const suffix = config.layers[layer]!.cache;
  const names: [string, string] = [`cos_cache${suffix}`, `sin_cache${suffix}`];
  if (writer.initializers.some(({ name }) => name === names[0])) return names;
  const rope = config.ropes[suffix]!;
  const { cos, sin } = rotaryCache(rope, config.maxPositions);
  const dims = [config.maxPositions, rope.inverseFrequencies.length];
  writer.floats(names[0], dims, cos);
  writer.floats(names[1], dims, sin);
  return names;
}

/** The op reads a number of heads only together with a partial rotation. */
function writeRotation(
  { writer, config }: ExportContext,
  path: string,
  input: string,
  caches: [string, string],
  heads: number,
): string {
  const output = `${path}/RotaryEmbedding/output_0`;
  const rotated = 2 * Object.values(config.ropes)[0]!.inverseFrequencies.length;
  const isPartial = rotated < config.headSize;
  writer.node({
    opType: 'RotaryEmbedding',
    name: `${path}/RotaryEmbedding`,
    domain: 'com.microsoft',
    inputs: [input, 'position_ids', ...caches],
    outputs: [output],
    attributes: {
      interleaved: int(0),
      num_heads: int(isPartial ? heads : 0),
      rotary_embedding_dim: int(isPartial ? rotated : 0),
    },
  });
  return output;
}

function writeGroupQueryAttention(
  { writer, config, form }: ExportContext,
  layer: number,
  queryKeyValue: QueryKeyValue,
  caches: [string, string] | null,
  shared: AttentionInputs,
): string {
  const name = `/model/layers.${layer}/attn/GroupQueryAttention`;
  const past = [`past_key_values.${layer}.key`, `past_key_values.${layer}.value`];
  const lengths = [shared.lastPositions, shared.totalLength];
  const fusedCaches = form.positionIds ? null : caches;
  const inputs = [...queryKeyValue, ...past, ...lengths, ...(fusedCaches ?? ['', ''])];
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
      softcap: float(config.attentionSoftcap),
      do_rotary: int(fusedCaches ? 1 : 0),
      rotary_interleaved: int(0),
    },
  });
  return `${name}/output_0`;
}
