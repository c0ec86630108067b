import { writeAttention, type AttentionInputs } from './attention.ts';
import type { ExportContext } from './exportContext.ts';
import type { BlockForm } from './families.ts';
import { writeFeedForward } from './feedForward.ts';
import { blockNorm, normType, writeNorm, writeSkipNorm } from './normalization.ts';

type WriteBlocks = (context: ExportContext, embedded: string, shared: AttentionInputs) => string;

/** Writes all decoder blocks and the final norm; returns the name of the normed hidden states. */
export const writeDecoderBlocks: WriteBlocks = (context, embedded, shared) =>
  blockForms[context.config.family.blocks](context, embedded, shared);

/** Llama's blocks: each sum of residual and branch is fused with the norm that follows it. */
const writePreNormBlocks: WriteBlocks = (context, embedded, shared) => {
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
    const attention = writeAttention(context, layer, normed, shared);
    skipNorm('post_attention_layernorm', writeScaled(context, layer, 'Mul_1', attention));
    const next = layer + 1 === layerCount ? 'final_norm_layernorm' : 'input_layernorm';
    const feedForward = writeFeedForward(context, layer, normed);
    skipNorm(next, writeScaled(context, layer, 'Mul_2', feedForward), layer + 1);
  }
  return normed;
};

/** Granite's factor on what a branch adds to the residual. */
function writeScaled({ writer, config }: ExportContext, layer: number, name: string, branch: string): string {
  if (config.residualScale === 1) return branch;
  const factor = writer.scalar(config.residualScale);
  return writer.op('Mul', `/model/layers.${layer}/residual_mul/${name}`, [branch, factor]);
}

/** Gemma 2's blocks: a norm before and one after each branch; the residual has the norms' type throughout. */
const writeSkipSandwichBlocks: WriteBlocks = (context, embedded, shared) => {
  const { writer, config } = context;
  const type = normType(context);
  const isLifted = type !== writer.floatType;
  let residual = isLifted ? writer.cast('/model/embed_tokens/Cast', embedded, type) : embedded;
  let normed = writeNorm(context, blockNorm(context, 0, 'input_layernorm'), residual, { input: type });
  config.layers.forEach((_, layer) => {
    const isLast = layer + 1 === config.layers.length;
    const add = (branch: string, after: string, before: string, at = layer) => {
      const branchNorm = writeNorm(context, blockNorm(context, layer, after), branch, { output: type });
      const isFinal = at === config.layers.length;
      const result = writeSkipNorm(context, blockNorm(context, at, before), residual, branchNorm, isFinal);
      residual = result.sum;
      normed = result.normed;
    };
    const attention = writeAttention(context, layer, normed, shared);
    add(attention, 'post_attention_layernorm', 'pre_feedforward_layernorm');
    const next = isLast ? 'final_norm_layernorm' : 'input_layernorm';
    add(writeFeedForward(context, layer, normed), 'post_feedforward_layernorm', next, layer + 1);
  });
  return normed;
};

/** Gemma 3's blocks: a norm before and one after each branch, then the sum. */
const writeSandwichBlocks: WriteBlocks = (context, embedded, shared) =>
  writeSummedBlocks(context, embedded, shared, (layer, name, input) =>
    writeNorm(context, blockNorm(context, layer, name), input),
  );

/** OLMo 2's blocks: branches take the residual as it is and are normalized, then the sum. */
const writePostNormBlocks: WriteBlocks = (context, embedded, shared) =>
  writeSummedBlocks(context, embedded, shared, (_, __, input) => input);

function writeSummedBlocks(
  context: ExportContext,
  embedded: string,
  shared: AttentionInputs,
  normBefore: (layer: number, name: string, input: string) => string,
): string {
  const { writer, config } = context;
  let hidden = embedded;
  config.layers.forEach((_, layer) => {
    const norm = (name: string, input: string) => writeNorm(context, blockNorm(context, layer, name), input);
    const add = (name: string, branch: string) =>
      writer.op('Add', `/model/layers.${layer}/${name}`, [hidden, branch]);
    const attention = writeAttention(context, layer, normBefore(layer, 'input_layernorm', hidden), shared);
    hidden = add('Add_1', norm('post_attention_layernorm', attention));
    const feedForward = writeFeedForward(
      context,
      layer,
      normBefore(layer, 'pre_feedforward_layernorm', hidden),
    );
    hidden = add('Add_2', norm('post_feedforward_layernorm', feedForward));
  });
  return writeNorm(context, blockNorm(context, config.layers.length, 'final_norm_layernorm'), hidden);
}

const blockForms: Readonly<Record<BlockForm, WriteBlocks>> = {
  preNorm: writePreNormBlocks,
  sandwich: writeSandwichBlocks,
  skipSandwich: writeSkipSandwichBlocks,
  postNorm: writePostNormBlocks,
};
