import { widenBfloat16, widenFloat16 } from '../halfPrecision.ts';

/** A tensor of a PyTorch checkpoint: little-endian bytes in row-major order; dtype as safetensors names it. */
export interface CheckpointTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Reads a decoder's tensors by their names below the text model, as float32. */
export interface Checkpoint {
  /** `name` as in `layers.0.mlp.up_proj.weight`; throws when it is missing or has another shape. */
  readonly tensor: (name: string, shape: readonly number[]) => Float32Array;
  readonly has: (name: string) => boolean;
  /** [vocabulary, hidden]; tied models store either this or the head. */
  readonly embedding: (shape: readonly number[]) => Float32Array;
  /** [vocabulary, hidden]; the embedding when the model is tied. */
  readonly head: (shape: readonly number[]) => Float32Array;
}

/** Where the text model's tensors live: plain, multimodal of transformers 4, multimodal of transformers 5. */
const prefixes = ['model.', 'language_model.model.', 'model.language_model.', ''];
const headNames = ['lm_head.weight', 'language_model.lm_head.weight'] as const;

/**
 * Finds the decoder in a checkpoint's tensors.
 * @throws Error when none of the known prefixes has layers
 */
export function openCheckpoint(
  tensors: ReadonlyMap<string, CheckpointTensor>,
  tiedEmbedding: boolean,
): Checkpoint {
  const prefix = prefixes.find((candidate) => tensors.has(`${candidate}norm.weight`));
  if (prefix === undefined) {
    throw new Error(
      `The checkpoint has no decoder: none of ${prefixes.map((p) => `${p}norm.weight`).join(', ')} is in it.`,
    );
  }
  const stated = {
    embedding: `${prefix}embed_tokens.weight`,
    head: headNames.find((name) => tensors.has(name)),
  };
  const shared = tensors.has(stated.embedding) ? stated.embedding : (stated.head ?? stated.embedding);
  const [embedding, head] = tiedEmbedding
    ? [shared, shared]
    : [stated.embedding, stated.head ?? headNames[0]];
  const read = (name: string, shape: readonly number[]) => readFloats(tensors.get(name), name, shape);
  return {
    has: (name) => tensors.has(prefix + name),
    tensor: (name, shape) => read(prefix + name, shape),
    embedding: (shape) => read(embedding, shape),
    head: (shape) => read(head, shape),
  };
}

function readFloats(
  tensor: CheckpointTensor | undefined,
  name: string,
  shape: readonly number[],
): Float32Array {
  if (!tensor) throw new Error(`The checkpoint lacks ${name}; config.json may belong to another model.`);
  if (tensor.shape.join() !== shape.join()) {
    throw new Error(
      `The checkpoint's ${name} is [${tensor.shape.join(', ')}], config.json expects [${shape.join(', ')}].`,
    );
  }
  const read = readers[tensor.dtype];
  if (read) return read(tensor.bytes);
  throw new Error(
    `The checkpoint's ${name} is ${tensor.dtype}; only ${Object.keys(readers).join(', ')} can be exported.`,
  );
}

const readers: Readonly<Record<string, (bytes: Uint8Array) => Float32Array>> = {
  F32: (bytes) => new Float32Array(bytes.slice().buffer),
  F16: widenFloat16,
  BF16: widenBfloat16,
};
