import type { AttentionInputs } from './attention.ts';
import type { ExportContext } from './exportContext.ts';
import { int } from './graphWriter.ts';

const subgraph = '/model/attn_mask_reformat/attn_mask_subgraph';

/** Writes what all attention nodes derive from the mask: lengths, and the bias that masks padding. */
export function writeAttentionInputs(context: ExportContext): AttentionInputs {
  const { writer, form } = context;
  const maskShape = writer.op('Shape', '/model/shared_dims/attention_mask/Shape', ['attention_mask']);
  const total = writeDimension(context, '/model/shared_dims/attention_mask/Gather_1', maskShape, 1);
  const totalLength = () => writer.cast(`${subgraph}/Gather/Cast`, total, 'int32');
  if (!form.attentionBias) {
    return { lastPositions: writeMaskedLengths(context), totalLength: totalLength(), bias: '' };
  }
  const rootShape = writer.op('Shape', '/model/shared_dims/root_input/Shape', ['input_ids']);
  const batchSize = writeDimension(context, '/model/shared_dims/root_input/Gather_0', rootShape, 0);
  const length = writeDimension(context, '/model/shared_dims/root_input/Gather_1', rootShape, 1);
  const batch = writer.op('Unsqueeze', `${subgraph}/BatchSize/Unsqueeze`, [batchSize, writer.int64([0])]);
  const lastPositions = writeFullLengths(context, total, batch);
  return { lastPositions, totalLength: totalLength(), bias: writeBias(context, batch, length, total) };
}

function writeDimension({ writer }: ExportContext, name: string, shape: string, index: number): string {
  return writer.op('Gather', name, [shape, writer.int64(index)], { axis: int(0) });
}

/** sum(mask) - 1 per row: right only for rows that are padded on the right. */
function writeMaskedLengths({ writer }: ExportContext): string {
  const sum = writer.op('ReduceSum', `${subgraph}/ReduceSum`, ['attention_mask', writer.int64([1])], {
    keepdims: int(1),
  });
  const last = writer.op('Sub', `${subgraph}/Sub`, [sum, writer.int64([1])]);
  return writer.cast(`${subgraph}/Sub/Cast`, last, 'int32');
}

/** T - 1 for every row: int32 [B, 1]. */
function writeFullLengths({ writer }: ExportContext, total: string, batch: string): string {
  const last = writer.op('Sub', `${subgraph}/Sub`, [total, writer.int64(1)]);
  const lastVector = writer.op('Unsqueeze', `${subgraph}/Sub/Unsqueeze`, [last, writer.int64([0])]);
  const shape = writer.op('Concat', `${subgraph}/Concat`, [batch, writer.int64([1])], { axis: int(0) });
  const perRow = writer.op('Expand', `${subgraph}/Expand`, [lastVector, shape]);
  return writer.cast(`${subgraph}/Expand/Cast`, perRow, 'int32');
}

/** (1 - mask) · lowest float, as [B, 1, S, T]. */
function writeBias({ writer }: ExportContext, batch: string, length: string, total: string): string {
  const path = '/model/gqa_attention_bias';
  const lowest = writer.floatType === 'float16' ? -65504 : -3.4028234663852886e38;
  const mask = writer.cast(`${path}/Cast`, 'attention_mask', writer.floatType);
  const padding = writer.op('Sub', `${path}/Sub`, [writer.scalar(1), mask]);
  const scores = writer.op('Mul', `${path}/Mul`, [padding, writer.scalar(lowest)]);
  const scores4d = writer.op('Unsqueeze', `${path}/Unsqueeze`, [scores, writer.int64([1, 2])]);
  const rows = writer.op('Unsqueeze', `${path}/Unsqueeze_S`, [length, writer.int64([0])]);
  const columns = writer.op('Unsqueeze', `${path}/Unsqueeze_T`, [total, writer.int64([0])]);
  const shape = writer.op('Concat', `${path}/Target4D`, [batch, writer.int64([1]), rows, columns], {
    axis: int(0),
  });
  return writer.op('Expand', `${path}/Expand`, [scores4d, shape]);
}
