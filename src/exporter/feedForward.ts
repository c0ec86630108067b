import type { ExportContext } from './exportContext.ts';
import { text } from './graphWriter.ts';
import { writeProjection } from './projections.ts';

/** Writes down_proj(act(gate_proj(x)) · up_proj(x)); returns its output's name. */
export function writeFeedForward(context: ExportContext, layer: number, input: string): string {
  const { writer, config } = context;
  const path = `/model/layers.${layer}/mlp`;
  const { hiddenSize, intermediateSize } = config;
  const project = (name: string, x: string, inFeatures: number, outFeatures: number) =>
    writeProjection(context, { layer, block: 'mlp', name, input: x, inFeatures, outFeatures });
  const gate = project('gate_proj', input, hiddenSize, intermediateSize);
  const up = project('up_proj', input, hiddenSize, intermediateSize);
  const activated = writeActivation(context, `${path}/act_fn`, gate);
  const product = writer.op('Mul', `${path}/Mul`, [activated, up]);
  return project('down_proj', product, intermediateSize, hiddenSize);
}

function writeActivation({ writer, config }: ExportContext, path: string, input: string): string {
  switch (config.activation) {
    case 'silu': {
      const gate = writer.op('Sigmoid', `${path}/Sigmoid`, [input]);
      return writer.op('Mul', `${path}/Mul`, [input, gate]);
    }
    case 'gelu':
      return writer.op('Gelu', `${path}/Gelu`, [input], { approximate: text('none') });
    case 'geluTanh':
      return writer.op('Gelu', `${path}/FastGelu`, [input], { approximate: text('tanh') });
  }
}
