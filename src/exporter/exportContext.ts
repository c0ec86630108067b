import type { Checkpoint } from './checkpoint.ts';
import type { DecoderConfig } from './decoderConfig.ts';
import type { GraphWriter } from './graphWriter.ts';
import type { quantizeMatrix } from './quantize.ts';

/** What every part of the decoder is written from. */
export interface ExportContext {
  readonly writer: GraphWriter;
  readonly config: DecoderConfig;
  readonly checkpoint: Checkpoint;
  readonly form: ExportForm;
  readonly quantize: typeof quantizeMatrix;
}

/** Everything about the export that is not the model's own. */
export interface ExportForm {
  /** Bits of the linear layers' weights; null leaves them floats. */
  readonly bits: 4 | 8 | null;
  /** Bits of the embedding and the lm_head. */
  readonly embeddingBits: 4 | 8 | null;
  readonly blockSize: number;
  readonly zeroPoints: boolean;
  /** Padding is masked by an additive bias; else lengths are sums of the mask, which only right padding suits. */
  readonly attentionBias: boolean;
  /** The logits of the last `num_logits_to_keep` positions only; 0 means all. */
  readonly numLogitsToKeep: boolean;
  /** Query, key and value come from one matrix, `qkv_proj`; else from three. */
  readonly packedAttention: boolean;
  /** Rotation by RotaryEmbedding nodes from `position_ids`; else inside GroupQueryAttention. */
  readonly positionIds: boolean;
}
