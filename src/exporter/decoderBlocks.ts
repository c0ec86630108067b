import { writeAttention, type AttentionInputs } from './attention.ts';
import type { ExportContext } from './exportContext.ts';
import { writeFeedForward } from './feedForward.ts';
import { blockNorm, writeNorm, writeSkipNorm } from './normalization.ts';

/** Writes all decoder blocks and the final norm; returns the name of the normed hidden states. */
export function writeDecoderBlocks(
  context: ExportContext,
  embedded: string,
  shared: AttentionInputs,
): string {
  return context.config.family.hasSandwichNorms
    ? writeSandwichBlocks(context, embedded, shared)
    : writePreNormBlocks(context, embedded, shared);
}

/** Llama's blocks: each sum of residual and branch is fused with the norm that follows it. */
function writePreNormBlocks(context: ExportContext, embedded: string, shared: AttentionInputs): string {
  const layerCount = context.config.layers.length;
  let residual = embedded;
  let normed = writeNorm(context, blockNorm(context, 0, 'input_layernorm'), embedded);
  for (let layer = 0; layer < layerCount; layer++) {
    const skipNorm = (name: string, branch: string, at = layer) => {
      const isFinal = at === layerCount;
      const result = writeSkipNorm(context, blockNorm(context, at, name), residual, branch, isFinal);
      residual = result.sum;
      normed = result.normed;
    };
    skipNorm('post_attention_layernorm', writeAttention(context, layer, normed, shared));
    const next = layer + 1 === layerCount ? 'final_norm_layernorm' : 'input_layernorm';
    skipNorm(next, writeFeedForward(context, layer, normed), layer + 1);
  }
  return normed;
}

/** Gemma's blocks: a norm before and one after each branch, then the sum. */
function writeSandwichBlocks(context: ExportContext, embedded: string, shared: AttentionInputs): string {
  const { writer, config } = context;
  let hidden = embedded;
  config.layers.forEach((_, layer) => {
    const norm = (name: string, input: string) => writeNorm(context, blockNorm(context, layer, name), input);
    const add = (name: string, branch: string) =>
      writer.op('Add', `/model/layers.${layer}/${name}`, [hidden, branch]);
    const attention = writeAttention(context, layer, norm('input_layernorm', hidden), shared);
    hidden = add('Add_1', norm('post_attention_layernorm', attention));
    const feedForward = writeFeedForward(context, layer, norm('pre_feedforward_layernorm', hidden));
    hidden = add('Add_2', norm('post_feedforward_layernorm', feedForward));
  });
  return writeNorm(context, blockNorm(context, config.layers.length, 'final_norm_layernorm'), hidden);
}
