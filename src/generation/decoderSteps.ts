import { float16ToNumber } from '../halfPrecision.ts';
import type { Device, DeviceTensor, PortMetadata } from '../runtime/device.ts';
import type { AdapterSession } from './adapterSession.ts';
import { cacheInputs, disposeCache, presentOf, type Cache } from './cache.ts';

/** Tokens of one step, padding on the left. */
export interface StepInput {
  /** The new tokens, [B][S]; the longest row gives S, others are filled with `padTokenId`. */
  readonly ids: readonly (readonly number[])[];
  /** How many positions of each row's cache are tokens; the last ones are. */
  readonly cached: readonly number[];
  /** Positions in the cache, `null` before the first step. */
  readonly past: { readonly cache: Cache; readonly length: number } | null;
}

export interface StepOutput {
  /** [B, vocabulary] of the last position. */
  readonly logits: Float32Array;
  /** The cache with the new tokens; the caller disposes it, and the old one. */
  readonly cache: Cache;
}

/** Inputs that a step knows how to feed, beside the cache. */
const known = new Set([
  'input_ids',
  'inputs_embeds',
  'attention_mask',
  'position_ids',
  'num_logits_to_keep',
  'use_cache_branch',
]);

/** Runs a decoder one step at a time over batches whose rows may change between steps. */
export class DecoderSteps {
  readonly #device: Device;
  readonly #decoder: AdapterSession;
  readonly #embedding: AdapterSession | null;
  readonly #padTokenId: number;

  constructor(
    device: Device,
    decoder: AdapterSession,
    embedding: AdapterSession | null,
    tokenizer: { readonly padTokenId: number },
  ) {
    this.#device = device;
    this.#decoder = decoder;
    this.#embedding = embedding;
    this.#padTokenId = tokenizer.padTokenId;
  }

  /** The first input that steps could not feed, or `null`. */
  static unknownInput({ inputMetadata }: AdapterSession): string | null {
    const other = inputMetadata.find((port) => !isKnown(port));
    return other?.name ?? null;
  }

  async run(input: StepInput): Promise<StepOutput> {
    const feeds = await this.#feeds(input);
    try {
      const outputs = await this.#decoder.step(feeds.all);
      return this.#read(outputs);
    } finally {
      for (const tensor of feeds.own) tensor.dispose();
    }
  }

  async #read(outputs: Record<string, DeviceTensor>): Promise<StepOutput> {
    const { logits, ...rest } = outputs;
    const names = cacheInputs(this.#decoder).map(({ name }) => name);
    const cache = Object.fromEntries(names.map((name) => [name, rest[presentOf(name)]!]));
    try {
      const rows = await this.#lastLogits(logits!);
      const unused = Object.values(rest).filter((tensor) => !Object.values(cache).includes(tensor));
      for (const tensor of unused) tensor.dispose();
      return { logits: rows, cache };
    } catch (error) {
      disposeCache(rest);
      throw error;
    } finally {
      logits?.dispose();
    }
  }

  /** Logits [B, S, V] or [B, 1, V] as [B, V] of the last position. */
  async #lastLogits(logits: DeviceTensor): Promise<Float32Array> {
    const [rows = 0, length = 1, size = 0] = logits.dims;
    const all = asFloat32(await this.#device.download(logits));
    if (length === 1) return all;
    const last = new Float32Array(rows * size);
    for (let row = 0; row < rows; row++) {
      const start = ((row + 1) * length - 1) * size;
      last.set(all.subarray(start, start + size), row * size);
    }
    return last;
  }

  /** Everything a step is fed with; `own` is what has to be disposed after it. */
  async #feeds(input: StepInput): Promise<{ all: Record<string, DeviceTensor>; own: DeviceTensor[] }> {
    const { ids, past } = input;
    const rows = ids.length;
    const length = Math.max(...ids.map((row) => row.length));
    const made: Record<string, DeviceTensor> = {
      input_ids: this.#int64(ids.flatMap((row) => [...padding(length, row, this.#padTokenId), ...row]), [rows, length]), // prettier-ignore
      attention_mask: this.#mask(input, length),
      position_ids: this.#int64(ids.flatMap((row, i) => positions(row, input.cached[i] ?? 0, length)), [rows, length]), // prettier-ignore
      num_logits_to_keep: this.#device.hostTensor(BigInt64Array.of(1n), []),
      use_cache_branch: this.#device.hostTensor(Uint8Array.of(past ? 1 : 0), [1], 'bool'),
    };
    const embedded = this.#embedding && (await this.#embedding.step({ input_ids: made['input_ids']! }));
    const cache = past?.cache ?? this.#emptyCache(rows);
    const all = { ...made, ...embedded, ...cache };
    const wanted = Object.entries(all).filter(([name]) => this.#decoder.inputNames.includes(name));
    const own = [...Object.values(embedded ?? {}), ...(past ? [] : Object.values(cache))];
    return { all: Object.fromEntries(wanted), own };
  }

  /** 1 where a position of cache or step is a token. */
  #mask({ ids, cached, past }: StepInput, length: number): DeviceTensor {
    const before = past?.length ?? 0;
    const total = before + length;
    const mask = new BigInt64Array(ids.length * total);
    ids.forEach((row, i) => {
      const start = i * total;
      mask.fill(1n, start + before - (cached[i] ?? 0), start + before);
      mask.fill(1n, start + total - row.length, start + total);
    });
    return this.#device.hostTensor(mask, [ids.length, total]);
  }

  #emptyCache(rows: number): Cache {
    return Object.fromEntries(
      cacheInputs(this.#decoder).map(({ name, type, shape = [] }) => {
        const dims = shape.map((dim, axis) => (axis === 0 ? rows : isFixed(dim) ? Number(dim) : 0));
        const size = dims.reduce((product, dim) => product * dim, 1);
        const data = type === 'float16' ? new Uint16Array(size) : new Float32Array(size);
        return [name, this.#device.hostTensor(data, dims)];
      }),
    );
  }

  #int64(values: readonly number[], dims: readonly number[]): DeviceTensor {
    return this.#device.hostTensor(BigInt64Array.from(values, BigInt), dims);
  }
}

const isFixed = (dim: number | string): boolean => typeof dim === 'number' && dim >= 0;

function isKnown({ name, shape }: PortMetadata): boolean {
  // Some multimodal models take three positions for each token.
  if (name === 'position_ids') return (shape?.length ?? 2) === 2;
  return known.has(name) || name.startsWith('past');
}

const padding = (length: number, row: readonly number[], token: number): number[] =>
  new Array<number>(length - row.length).fill(token);

/** Each token's place in its row, 0 for padding. */
const positions = (row: readonly number[], cached: number, length: number): number[] => [
  ...padding(length, row, 0),
  ...row.map((_, i) => cached + i),
];

/** Half precision comes as bits, or where the language knows it as an array of its own. */
function asFloat32(data: ArrayLike<number | bigint>): Float32Array {
  if (data instanceof Float32Array) return data;
  if (data instanceof Uint16Array) return Float32Array.from(data, float16ToNumber);
  return Float32Array.from(data as ArrayLike<number>);
}
