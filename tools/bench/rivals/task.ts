import { createRandom } from '../../../src/random.ts';

/** The decoder that every contender trains: llama's kind, one row of `tokens`, LoRA on all seven linears of a layer. */
export const decoder = {
  layers: 4,
  width: 256,
  inner: 768,
  heads: 4,
  vocabulary: 4096,
  tokens: 256,
  rank: 8,
  alpha: 16,
  epsilon: 1e-5,
  theta: 10000,
} as const;

/** Width of a head. */
export const headWidth = decoder.width / decoder.heads;
/** What an adapter's product is multiplied with. */
export const scaling = decoder.alpha / decoder.rank;
/** AdamW without decay, after the gradient is scaled to at most this norm. */
export const optimizer = { learningRate: 1e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, maxNorm: 1 } as const;

/** Linears of a layer in the order of the flat vector, with what they read and yield. */
export const linears = [
  { name: 'self_attn.q_proj', inputs: decoder.width, outputs: decoder.width },
  { name: 'self_attn.k_proj', inputs: decoder.width, outputs: decoder.width },
  { name: 'self_attn.v_proj', inputs: decoder.width, outputs: decoder.width },
  { name: 'self_attn.o_proj', inputs: decoder.width, outputs: decoder.width },
  { name: 'mlp.gate_proj', inputs: decoder.width, outputs: decoder.inner },
  { name: 'mlp.up_proj', inputs: decoder.width, outputs: decoder.inner },
  { name: 'mlp.down_proj', inputs: decoder.inner, outputs: decoder.width },
] as const;

export interface AdapterMatrix {
  readonly name: string;
  readonly shape: readonly [number, number];
  readonly offset: number;
  readonly length: number;
}

/** A [inputs, rank] and B [rank, outputs] of every linear, one after the other in a flat vector. */
export const adapterMatrices: readonly AdapterMatrix[] = (() => {
  let offset = 0;
  const place = (name: string, rows: number, columns: number): AdapterMatrix => {
    const matrix = { name, shape: [rows, columns] as const, offset, length: rows * columns };
    offset += matrix.length;
    return matrix;
  };
  return Array.from({ length: decoder.layers }, (_, layer) =>
    linears.flatMap(({ name, inputs, outputs }) => [
      place(`model.layers.${layer}.${name}.lora_A`, inputs, decoder.rank),
      place(`model.layers.${layer}.${name}.lora_B`, decoder.rank, outputs),
    ]),
  ).flat();
})();

export const adapterSize = adapterMatrices.reduce((sum, { length }) => sum + length, 0);

/** An adapter in the middle of its training: with B at zero the gradients of all A would be zero. */
export function adapterValues(): Float32Array {
  const random = createRandom('rivals');
  return Float32Array.from({ length: adapterSize }, () => (2 * random.next() - 1) / 16);
}

/** The row of tokens, which `benchRows` yields as well; the loss is the mean over all but the first. */
export const tokenIds = (): number[] =>
  Array.from({ length: decoder.tokens }, (_, i) => (i * 7919 + 13) % decoder.vocabulary);

/** Cosines and sines of rotary positions, each [tokens, headWidth / 2]. */
export function rotaryTables(): { readonly cos: Float32Array; readonly sin: Float32Array } {
  const half = headWidth / 2;
  const angle = (i: number) => Math.floor(i / half) * decoder.theta ** (-(i % half) / half);
  const table = (of: (x: number) => number) =>
    Float32Array.from({ length: decoder.tokens * half }, (_, i) => of(angle(i)));
  return { cos: table(Math.cos), sin: table(Math.sin) };
}

/** A checkpoint's tensors as floats, under their PyTorch names; matrices are [outputs, inputs]. */
export type Weights = ReadonlyMap<string, Float32Array>;

export interface LossAndGradient {
  readonly loss: number;
  /** In the order of `adapterMatrices`. */
  readonly gradient: Float32Array;
}

/** One library's way to train the decoder. */
export interface Contender {
  /** Threads that compute. */
  readonly threads: number;
  /** Loss and gradient of the adapter as it is, in ordinary memory. */
  gradient(): Promise<LossAndGradient>;
  /** A step: loss, gradient, clipping and AdamW. Returns the loss before it, when the next step could begin. */
  step(): Promise<number>;
}
