import type { ExportContext } from './exportContext.ts';
import { writeLinear } from './linear.ts';

/** A linear layer of a decoder block, under the name that it has in most checkpoints. */
export interface Projection {
  readonly layer: number;
  readonly block: 'attn' | 'mlp';
  readonly name: string;
  readonly input: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
}

/** Writes a decoder block's projection, with a bias where the checkpoint has one; returns its output's name. */
export function writeProjection(context: ExportContext, projection: Projection): string {
  return writePackedProjection(context, projection.name, [projection]);
}

/** Writes projections of one input as one matrix, their outputs side by side; returns its output's name. */
export function writePackedProjection(
  context: ExportContext,
  name: string,
  parts: readonly Projection[],
): string {
  const { layer, block, input, inFeatures } = parts[0]!;
  const tensors = parts.map((part) => readProjection(context, part));
  const hasBias = tensors.some(({ bias }) => bias !== null);
  const biases = tensors.map(({ bias }, i) => bias ?? new Float32Array(parts[i]!.outFeatures));
  return writeLinear(context, {
    path: `/model/layers.${layer}/${block}/${name}`,
    input,
    weight: concatenate(tensors.map(({ weight }) => weight)),
    ...(hasBias && { bias: concatenate(biases) }),
    inFeatures,
    outFeatures: parts.reduce((sum, { outFeatures }) => sum + outFeatures, 0),
    bits: context.form.bits,
  });
}

interface ProjectionTensors {
  /** [outFeatures, inFeatures] */
  readonly weight: Float32Array;
  readonly bias: Float32Array | null;
}

/** A projection's own tensors, or its rows of the matrix that the checkpoint packs it into. */
function readProjection(context: ExportContext, projection: Projection): ProjectionTensors {
  const { checkpoint } = context;
  const { name, outFeatures, inFeatures } = projection;
  const { module, offset, rows } = moduleOf(context, projection);
  const path = `layers.${projection.layer}.${projection.block === 'attn' ? 'self_attn' : 'mlp'}.${module}`;
  const weight = checkpoint.tensor(`${path}.weight`, [rows, inFeatures]);
  const bias = checkpoint.has(`${path}.bias`) ? checkpoint.tensor(`${path}.bias`, [rows]) : null;
  if (module === name) return { weight, bias };
  const end = offset + outFeatures;
  return {
    weight: weight.subarray(offset * inFeatures, end * inFeatures),
    bias: bias && bias.subarray(offset, end),
  };
}

/** The checkpoint's module that holds a projection, from which row on, and how many rows that module has. */
function moduleOf({ config }: ExportContext, { name, outFeatures }: Projection) {
  const { headCount, kvHeadCount, headSize, intermediateSize } = config;
  const [query, key] = [headCount * headSize, kvHeadCount * headSize];
  const packed: Readonly<Record<string, { module: string; offset: number; rows: number }>> = {
    q_proj: { module: 'qkv_proj', offset: 0, rows: query + 2 * key },
    k_proj: { module: 'qkv_proj', offset: query, rows: query + 2 * key },
    v_proj: { module: 'qkv_proj', offset: query + key, rows: query + 2 * key },
    gate_proj: { module: 'gate_up_proj', offset: 0, rows: 2 * intermediateSize },
    up_proj: { module: 'gate_up_proj', offset: intermediateSize, rows: 2 * intermediateSize },
  };
  const found = config.family.hasPackedProjections ? packed[name] : undefined;
  return found ?? { module: name, offset: 0, rows: outFeatures };
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const result = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    result.set(part, end);
    end += part.length;
  }
  return result;
}
