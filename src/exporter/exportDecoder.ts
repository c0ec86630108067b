import type { ElementType, Model, ValueInfo } from '../graph/model.ts';
import { writeAttentionInputs } from './attentionInputs.ts';
import { openCheckpoint, type CheckpointTensor } from './checkpoint.ts';
import { writeDecoderBlocks } from './decoderBlocks.ts';
import { readDecoderConfig, type DecoderConfig } from './decoderConfig.ts';
import { writeEmbedding, writeHead } from './embedding.ts';
import type { ExportContext, ExportForm } from './exportContext.ts';
import { GraphWriter, type FloatType } from './graphWriter.ts';
import { quantizeMatrix } from './quantize.ts';

/** Weight formats, under the names that transformers.js gives them. */
export type ExportDtype = 'fp32' | 'fp16' | 'q8' | 'q4' | 'q4f16';

const dtypes: Readonly<Record<ExportDtype, { readonly bits: 4 | 8 | null; readonly floatType: FloatType }>> =
  {
    fp32: { bits: null, floatType: 'float32' },
    fp16: { bits: null, floatType: 'float16' },
    q8: { bits: 8, floatType: 'float32' },
    q4: { bits: 4, floatType: 'float32' },
    q4f16: { bits: 4, floatType: 'float16' },
  };

/** All that `exportDecoder` writes. */
export const exportDtypes = Object.keys(dtypes) as ExportDtype[];

/** File name of an export below `onnx/`, where transformers.js looks for it. */
export function exportFileName(dtype: ExportDtype): string {
  const suffixes: Readonly<Record<ExportDtype, string>> = {
    fp32: '',
    fp16: '_fp16',
    q8: '_quantized',
    q4: '_q4',
    q4f16: '_q4f16',
  };
  return `model${suffixes[dtype]}.onnx`;
}

export interface ExportOptions extends Partial<Omit<ExportForm, 'bits'>> {
  /** A Hugging Face config.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The checkpoint's tensors under their PyTorch names. */
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  readonly dtype: ExportDtype;
  /** How matrices are quantized; default `quantizeMatrix`. */
  readonly quantize?: typeof quantizeMatrix;
}

/**
 * Writes a decoder in the form of current exports for transformers.js (onnxruntime-genai's builder): inputs `input_ids`
 * [B, S], `attention_mask` [B, T], `num_logits_to_keep` and a key/value cache, outputs `logits` [B, kept, vocabulary] and
 * the new cache. Block size 32 and symmetric by default; all weights are in memory.
 * @throws Error naming the config key or tensor that is missing, unsupported or of another shape
 */
export function exportDecoder(options: ExportOptions): Model {
  const { tensors, dtype, config: json, quantize = quantizeMatrix, ...form } = options;
  if (!Object.hasOwn(dtypes, dtype)) {
    throw new Error(`The dtype ${dtype} is not known; supported are ${Object.keys(dtypes).join(', ')}.`);
  }
  const config = readDecoderConfig(json);
  const { bits, floatType } = dtypes[dtype];
  const context: ExportContext = {
    writer: new GraphWriter(floatType),
    config,
    checkpoint: openCheckpoint(tensors, config.tiedEmbedding),
    quantize,
    form: {
      ...defaultForm,
      packedAttention: config.family.hasPackedProjections,
      embeddingBits: bits,
      ...form,
      bits,
    },
  };
  const embedded = writeEmbedding(context);
  const shared = writeAttentionInputs(context);
  writeHead(context, writeDecoderBlocks(context, embedded, shared));
  return modelOf(context);
}

const defaultForm = {
  blockSize: 32,
  zeroPoints: false,
  attentionBias: true,
  numLogitsToKeep: true,
  positionIds: false,
};

function modelOf({ writer, config, form }: ExportContext): Model {
  const value = (name: string, elementType: ElementType, ...shape: (string | number)[]): ValueInfo => ({
    name,
    elementType,
    shape,
  });
  const kept = form.numLogitsToKeep ? 'num_logits_to_keep' : 'sequence_length';
  return {
    irVersion: 10,
    opsets: { '': 21, 'com.microsoft': 1 },
    graph: {
      name: 'main_graph',
      nodes: writer.nodes,
      initializers: writer.initializers,
      valueInfos: [],
      inputs: [
        value('input_ids', 'int64', 'batch_size', 'sequence_length'),
        value('attention_mask', 'int64', 'batch_size', 'total_sequence_length'),
        ...(form.positionIds ? [value('position_ids', 'int64', 'batch_size', 'sequence_length')] : []),
        ...(form.numLogitsToKeep ? [value('num_logits_to_keep', 'int64')] : []),
        ...cacheValues(config, writer.floatType, 'past_key_values', 'past_sequence_length'),
      ],
      outputs: [
        value('logits', writer.floatType, 'batch_size', kept, config.vocabularySize),
        ...cacheValues(config, writer.floatType, 'present', 'total_sequence_length'),
      ],
    },
  };
}

function cacheValues(
  config: DecoderConfig,
  elementType: FloatType,
  prefix: string,
  length: string,
): ValueInfo[] {
  const shape = ['batch_size', config.kvHeadCount, length, config.headSize];
  return config.layers.flatMap((_, layer) =>
    ['key', 'value'].map((part) => ({ name: `${prefix}.${layer}.${part}`, elementType, shape })),
  );
}
