import type { ExportContext } from './exportContext.ts';
import { float, int } from './graphWriter.ts';

/** A norm's place in the graph and its weight in the checkpoint. */
export interface NormSite {
  /** `/model/layers.0/input_layernorm`; the node below it is called `nodeName`. */
  readonly path: string;
  readonly nodeName: string;
  /** Initializer's name in the graph. */
  readonly weightName: string;
  /** Name below the text model in the checkpoint. */
  readonly tensor: string;
  readonly size: number;
}

/** The norm of a decoder block, or the final one, which the export numbers as a block of its own. */
export function blockNorm({ config }: ExportContext, layer: number, name: string): NormSite {
  const isFinal = name === 'final_norm_layernorm';
  return {
    path: `/model/layers.${layer}/${name}`,
    nodeName: 'LayerNorm',
    weightName: `model.layers.${layer}.${name}.weight`,
    tensor: isFinal ? 'norm.weight' : `layers.${layer}.${name}.weight`,
    size: config.hiddenSize,
  };
}

/**
 * Writes a root-mean-square norm; returns its output's name. With sandwich norms (Gemma) a half-precision graph computes
 * it in float32 between two casts, as the real export does.
 */
export function writeNorm(context: ExportContext, site: NormSite, input: string): string {
  const { writer, config } = context;
  const name = `${site.path}/${site.nodeName}`;
  const output = site.nodeName === 'LayerNorm' ? `${site.path}/output_0` : `${name}/output_0`;
  const isLifted = writer.floatType === 'float16' && config.family.hasSandwichNorms;
  const type = isLifted ? 'float32' : writer.floatType;
  const weight = writer.floats(site.weightName, [site.size], normWeight(context, site), type);
  const attributes = { axis: int(-1), epsilon: float(config.normEpsilon), stash_type: int(1) };
  const node = { opType: 'SimplifiedLayerNormalization', name, attributes };
  if (!isLifted) {
    writer.node({ ...node, inputs: [input, weight], outputs: [output] });
    return output;
  }
  const lifted = writer.cast(`${name}/root_input/Cast`, input, 'float32');
  const wide = `${name}/output_0/Cast/output_0`;
  writer.node({ ...node, inputs: [lifted, weight], outputs: [wide] });
  writer.node({
    opType: 'Cast',
    name: `${name}/output_0/Cast`,
    inputs: [wide],
    outputs: [output],
    attributes: { to: int(10) },
  });
  return output;
}

/** Writes residual + branch and its norm as one node; the sum's name is null behind the final norm, which needs none. */
export function writeSkipNorm(
  context: ExportContext,
  site: NormSite,
  residual: string,
  branch: string,
  isFinal: boolean,
): { normed: string; sum: string } {
  const { writer, config } = context;
  const weight = writer.floats(site.weightName, [site.size], normWeight(context, site));
  const [normed, sum] = [`${site.path}/output_0`, `${site.path}/output_3`];
  writer.node({
    opType: 'SkipSimplifiedLayerNormalization',
    name: `${site.path}/SkipLayerNorm`,
    domain: 'com.microsoft',
    inputs: [residual, branch, weight],
    outputs: isFinal ? [normed] : [normed, '', '', sum],
    attributes: { epsilon: float(config.normEpsilon) },
  });
  return { normed, sum };
}

function normWeight({ config, checkpoint }: ExportContext, { tensor, size }: NormSite): Float32Array {
  const weight = checkpoint.tensor(tensor, [size]);
  return config.family.hasUnitOffsetNorms ? weight.map((value) => value + 1) : weight;
}
