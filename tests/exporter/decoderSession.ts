import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Model } from '../../src/graph/model.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { float16ToNumber } from '../../src/halfPrecision.ts';

/** Token rows of equal length with their mask; `past` continues an earlier result. */
export interface DecoderFeeds {
  readonly ids: readonly (readonly number[])[];
  /** [B, T] with T the length of past and ids together; all ones by default. */
  readonly mask?: readonly (readonly number[])[];
  readonly past?: DecoderResult;
  /** 0: logits of all positions. */
  readonly keep?: number;
}

export interface DecoderResult {
  /** [B, kept, vocabulary], rows flat. */
  readonly logits: Float32Array;
  readonly present: Readonly<Record<string, Tensor>>;
  readonly length: number;
}

export interface DecoderSession {
  readonly run: (feeds: DecoderFeeds) => Promise<DecoderResult>;
}

/** Runs an exported decoder on onnxruntime's CPU provider, straight, with none of the project's runtime between. */
export async function openDecoder(model: Model): Promise<DecoderSession> {
  return decoderOf(await InferenceSession.create(encodeModel(model), { logSeverityLevel: 3 }), model);
}

/** The same over a session that is open already. */
export function decoderOf(session: InferenceSession, model: Model): DecoderSession {
  const caches = model.graph.inputs.filter(({ name }) => name.startsWith('past_key_values'));
  const run = async ({ ids, mask, past, keep = 0 }: DecoderFeeds): Promise<DecoderResult> => {
    const length = ids[0]!.length + (past?.length ?? 0);
    const attention = mask ?? ids.map(() => Array<number>(length).fill(1));
    const feeds: Record<string, Tensor> = { input_ids: int64(ids), attention_mask: int64(attention) };
    for (const { name, shape, elementType } of caches) {
      const before = past?.present[name.replace('past_key_values', 'present')];
      const dims = [ids.length, Number(shape![1]), 0, Number(shape![3])];
      feeds[name] = before ?? emptyCache(elementType, dims);
    }
    if (session.inputNames.includes('position_ids'))
      feeds['position_ids'] = positions(attention, ids[0]!.length);
    if (session.inputNames.includes('num_logits_to_keep')) {
      feeds['num_logits_to_keep'] = new Tensor('int64', BigInt64Array.of(BigInt(keep)), []);
    }
    const { logits, ...present } = await session.run(feeds);
    return { logits: singlePrecision(logits!), present, length };
  };
  return { run };
}

function emptyCache(elementType: string, dims: number[]): Tensor {
  if (elementType === 'float16') return new Tensor('float16', new Uint16Array(0), dims);
  return new Tensor('float32', new Float32Array(0), dims);
}

/** Runtimes without Float16Array give halves as their bits. */
function singlePrecision({ type, data }: Tensor): Float32Array {
  if (type === 'float16' && data instanceof Uint16Array) return Float32Array.from(data, float16ToNumber);
  return Float32Array.from(data as ArrayLike<number>);
}

function int64(rows: readonly (readonly number[])[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(rows.flat(), BigInt), [rows.length, rows[0]!.length]);
}

/** Counted from the first token that is not padding, as transformers does. */
function positions(mask: readonly (readonly number[])[], length: number): Tensor {
  const rows = mask.map((row) => {
    let next = -1;
    return row.map((bit) => Math.max(0, (next += bit))).slice(-length);
  });
  return int64(rows);
}
