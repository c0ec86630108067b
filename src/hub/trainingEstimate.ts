/** Sizes of a decoder as its configuration states them. */
export interface DecoderSizes {
  readonly layers: number;
  readonly width: number;
  readonly inner: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly headSize: number;
  readonly words: number;
}

/** What the estimate is for: the least that training does at a time, with the usual adapter. */
const rank = 8;
const tokens = 512;
/** Rows whose logits exist at the same time, as `compileTrainingModel` chooses them. */
const logitsChunk = (words: number) => (words > 2 ** 15 ? 64 : 128);
/** The head works on this much of its matrix at a time. */
const headSlice = 2 ** 25;

/**
 * About the bytes that training takes beside the weights, one row of 512 tokens at a time and with layers computed again:
 * the adapter with its moments and gradient, each as input and output of a step; what is kept between the blocks; the one
 * block and the one chunk of logits that are worked on. For SmolLM2-135M an eighth more than a run was measured to take.
 */
export function estimateBesideWeights(sizes: DecoderSizes): number {
  const { layers, width, inner, heads, words } = sizes;
  const kept = 2 * layers * tokens * width;
  const block = 3 * heads * tokens ** 2 + 6 * tokens * inner;
  const head = logitsChunk(words) * words + headSlice / 4;
  return 4 * (kept + block + head) + 32 * adapterSize(sizes);
}

/** Parameters of LoRA on all linear layers. */
function adapterSize({ layers, width, inner, heads, keyHeads, headSize }: DecoderSizes): number {
  const [query, key] = [heads * headSize, keyHeads * headSize];
  const attention = 2 * (width + query) + 2 * (width + key);
  return rank * layers * (attention + 3 * (width + inner));
}
