import type { ExportContext } from './exportContext.ts';
import { float, int, type FloatType } from './graphWriter.ts';
import type { ModelNode } from '../graph/model.ts';

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

/** The type that norms are computed in, and that the residual has where it is fused with them. */
export function normType({ writer, config }: ExportContext): FloatType {
  return config.family.hasFloat32Norms ? 'float32' : writer.floatType;
}

/** What a norm is given and what it is to give; by default the graph's own type. */
export interface NormTypes {
  readonly input?: FloatType;
  readonly output?: FloatType;
}

/** Writes a root-mean-square norm, between casts where it is computed in another type; returns its output's name. */
export function writeNorm(
  context: ExportContext,
  site: NormSite,
  input: string,
  types: NormTypes = {},
): string {
  const { writer, config } = context;
  const name = `${site.path}/${site.nodeName}`;
  const output = site.nodeName === 'LayerNorm' ? `${site.path}/output_0` : `${name}/output_0`;
  const isGiven = (types.input ?? writer.floatType) === normType(context);
  const given = isGiven ? input : writer.cast(`${name}/root_input/Cast`, input, normType(context));
  const node = {
    opType: 'SimplifiedLayerNormalization',
    name,
    domain: '',
    inputs: [given, writeWeight(context, site)],
    outputs: [output],
    attributes: { axis: int(-1), epsilon: float(config.normEpsilon), stash_type: int(1) },
  };
  writeCastOutput(context, node, types.output ?? writer.floatType);
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
  const [normed, sum] = [`${site.path}/output_0`, `${site.path}/output_3`];
  const node = {
    opType: 'SkipSimplifiedLayerNormalization',
    name: `${site.path}/SkipLayerNorm`,
    domain: 'com.microsoft',
    inputs: [residual, branch, writeWeight(context, site)],
    outputs: isFinal ? [normed] : [normed, '', '', sum],
    attributes: { epsilon: float(config.normEpsilon) },
  };
  writeCastOutput(context, node, writer.floatType);
  return { normed, sum };
}

/** Writes a norm's node, and behind its first output a cast where that is wanted in another type than norms have. */
function writeCastOutput(context: ExportContext, node: Omit<ModelNode, 'origin'>, type: FloatType): void {
  const { writer } = context;
  if (type === normType(context)) return writer.node(node);
  const [output = '', ...others] = node.outputs;
  const wide = `${node.name}/output_0/Cast/output_0`;
  writer.node({ ...node, outputs: [wide, ...others] });
  const to = int(type === 'float16' ? 10 : 1);
  writer.node({ opType: 'Cast', name: `${node.name}/output_0/Cast`, inputs: [wide], outputs: [output], attributes: { to } }); // prettier-ignore
}

function writeWeight(context: ExportContext, { weightName, tensor, size }: NormSite): string {
  const { config, checkpoint, writer } = context;
  const weight = checkpoint.tensor(tensor, [size]);
  const offset = config.family.hasUnitOffsetNorms ? weight.map((value) => value + 1) : weight;
  return writer.floats(weightName, [size], offset, normType(context));
}
