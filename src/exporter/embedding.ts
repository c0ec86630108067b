import type { ExportContext } from './exportContext.ts';
import { int } from './graphWriter.ts';
import { writeLinear } from './linear.ts';

/** Writes the token embedding, scaled where the family does so; returns the hidden states' name. */
export function writeEmbedding(context: ExportContext): string {
  const { writer, config, form } = context;
  const gathered =
    form.embeddingBits === null ? writeGather(context) : writeQuantizedGather(context, form.embeddingBits);
  if (config.embeddingScale === 1) return gathered;
  const factor = writer.scalar(Math.fround(config.embeddingScale));
  return writer.op('Mul', '/model/embed_tokens/Mul', [gathered, factor]);
}

function writeGather({ writer, config, checkpoint }: ExportContext): string {
  const dims = [config.vocabularySize, config.hiddenSize];
  const weight = writer.floats('model.embed_tokens.weight', dims, checkpoint.embedding(dims));
  return writer.op('Gather', '/model/embed_tokens/Gather', [weight, 'input_ids']);
}

function writeQuantizedGather(
  { writer, config, checkpoint, form, quantize }: ExportContext,
  bits: 4 | 8,
): string {
  const [rows, columns] = [config.vocabularySize, config.hiddenSize];
  if (columns % form.blockSize !== 0) {
    throw new Error(
      `The embedding's width ${columns} is no multiple of the block size ${form.blockSize}; choose another.`,
    );
  }
  const matrix = quantize(checkpoint.embedding([rows, columns]), rows, columns, { ...form, bits });
  const name = 'model_embed_tokens_weight';
  const inputs = [
    writer.initializer(`${name}_quant`, 'uint8', [rows, (columns * bits) / 8], matrix.quant),
    'input_ids',
    writer.floats(`${name}_scales`, [rows, matrix.blocks], matrix.scales),
  ];
  if (matrix.zeroPoints) {
    inputs.push(
      writer.initializer(`${name}_zp`, 'uint8', [rows, matrix.zeroPoints.length / rows], matrix.zeroPoints),
    );
  }
  const output = '/model/embed_tokens/Gather/output_0';
  const attributes = {
    bits: int(bits),
    block_size: int(form.blockSize),
    gather_axis: int(0),
    quantize_axis: int(1),
  };
  const node = {
    opType: 'GatherBlockQuantized',
    name: '/model/embed_tokens/Gather_Quant',
    domain: 'com.microsoft',
  };
  writer.node({ ...node, inputs, outputs: [output], attributes });
  return output;
}

/**
 * Writes the lm_head behind the final norm, on the last `num_logits_to_keep` positions, with the family's factor and
 * softcap; its output is `logits`.
 */
export function writeHead(context: ExportContext, hidden: string): void {
  const { config, checkpoint, form } = context;
  const input = form.numLogitsToKeep ? writeLastPositions(context, hidden) : hidden;
  const [outFeatures, inFeatures] = [config.vocabularySize, config.hiddenSize];
  const weight = checkpoint.head([outFeatures, inFeatures]);
  const following = headFollowers(context);
  const output = following.length > 0 ? '/lm_head/MatMul/output_0' : 'logits';
  writeLinear(context, {
    path: '/lm_head',
    input,
    weight,
    inFeatures,
    outFeatures,
    bits: form.embeddingBits,
    output,
  });
  following.reduce((logits, { opType, name, operands }, i) => {
    const next = i + 1 === following.length ? 'logits' : `/lm_head/${name}/output_0`;
    const inputs = [logits, ...operands];
    context.writer.node({ opType, name: `/lm_head/${name}`, inputs, outputs: [next], attributes: {} });
    return next;
  }, output);
}

/** What a family does to its logits: a factor, a softcap. */
function headFollowers({ writer, config }: ExportContext) {
  const { logitsScale, logitSoftcap } = config;
  const step = (opType: string, name: string, factor?: number) => ({
    opType,
    name,
    operands: factor === undefined ? [] : [writer.scalar(factor)],
  });
  return [
    ...(logitsScale === 1 ? [] : [step('Mul', 'Mul', logitsScale)]),
    ...(logitSoftcap === 0
      ? []
      : [
          step('Div', 'softcap/Div', logitSoftcap),
          step('Tanh', 'softcap/Tanh'),
          step('Mul', 'softcap/Mul', logitSoftcap),
        ]),
  ];
}

function writeLastPositions({ writer }: ExportContext, hidden: string): string {
  const path = '/lm_head/num_logits_to_keep';
  const start = writer.op('Neg', `${path}/Neg`, ['num_logits_to_keep']);
  const starts = writer.op('Unsqueeze', `${path}/Unsqueeze`, [start, writer.int64([0])]);
  return writer.op('Slice', `${path}/Slice`, [hidden, starts, writer.int64([2147483647]), writer.int64([1])]);
}
