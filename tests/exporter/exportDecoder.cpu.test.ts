import { describe, expect, it } from 'vitest';
import { exportDecoder, type ExportOptions } from '../../src/exporter/exportDecoder.ts';
import { dequantizeMatrix, quantizeMatrix } from '../../src/exporter/quantize.ts';
import { openDecoder, type DecoderFeeds } from './decoderSession.ts';
import { randomCheckpoint, tinyConfigs, type TinyFamily } from './randomCheckpoint.ts';

const families = Object.keys(tinyConfigs) as TinyFamily[];
const ids = [3, 17, 8, 42, 5, 29, 11, 2, 36, 20];

const open = (family: TinyFamily, options: Partial<ExportOptions> = {}) =>
  openDecoder(
    exportDecoder({
      config: tinyConfigs[family],
      tensors: randomCheckpoint(family),
      dtype: 'fp32',
      ...options,
    }),
  );

const logitsOf = async (family: TinyFamily, feeds: DecoderFeeds, options: Partial<ExportOptions> = {}) =>
  (await (await open(family, options)).run(feeds)).logits;

const distance = (a: Float32Array, b: Float32Array) => {
  expect(a.length).toBe(b.length);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);
};

describe.each(families)('an exported %s', (family) => {
  it('gives the same logits from the cache as at once', async () => {
    const decoder = await open(family);
    const whole = await decoder.run({ ids: [ids] });
    let past = await decoder.run({ ids: [ids.slice(0, 7)] });
    for (const id of ids.slice(7)) past = await decoder.run({ ids: [[id]], past });
    const [vocabulary, last] = [50, whole.logits.slice(-50)];
    expect(past.logits).toHaveLength(vocabulary);
    expect(distance(past.logits, last)).toBeLessThan(2e-4);
  });

  it('keeps only the logits that are asked for', async () => {
    const decoder = await open(family);
    const whole = await decoder.run({ ids: [ids] });
    const last = await decoder.run({ ids: [ids], keep: 1 });
    expect(distance(last.logits, whole.logits.slice(-50))).toBeLessThan(2e-4);
  });

  it('answers left-padded rows as it answers each row alone, with a cache too', async () => {
    const decoder = await open(family);
    const [short, long] = [ids.slice(0, 6), ids.slice(0, 9)];
    const batch = await decoder.run({
      ids: [[0, 0, 0, ...short], long],
      mask: [[0, 0, 0, ...short.map(() => 1)], long.map(() => 1)],
      keep: 1,
    });
    const alone = await Promise.all([short, long].map((row) => decoder.run({ ids: [row], keep: 1 })));
    alone.forEach(({ logits }, row) => {
      expect(distance(batch.logits.slice(50 * row, 50 * (row + 1)), logits)).toBeLessThan(2e-4);
    });
    const next = await decoder.run({
      ids: [[7], [7]],
      mask: [
        [0, 0, 0, ...short.map(() => 1), 1],
        [...long.map(() => 1), 1],
      ],
      past: batch,
    });
    const shortAlone = await decoder.run({ ids: [[...short, 7]], keep: 1 });
    expect(distance(next.logits.slice(0, 50), shortAlone.logits)).toBeLessThan(2e-4);
  });

  it('rotates the same inside attention and by RotaryEmbedding', async () => {
    const fused = await logitsOf(family, { ids: [ids] });
    expect(distance(await logitsOf(family, { ids: [ids] }, { positionIds: true }), fused)).toBeLessThan(2e-4);
  });

  it('computes the same from packed query, key and value', async () => {
    const [packed, apart] = [true, false].map((packedAttention) =>
      logitsOf(family, { ids: [ids] }, { packedAttention }),
    );
    expect(distance(await packed!, await apart!)).toBeLessThan(2e-4);
  });

  it('does without bias and kept logits, as older exports', async () => {
    const older = { attentionBias: false, numLogitsToKeep: false };
    expect(
      distance(await logitsOf(family, { ids: [ids] }, older), await logitsOf(family, { ids: [ids] })),
    ).toBeLessThan(2e-4);
  });

  it.each(['fp16', 'q4f16'] as const)('runs in %s, close to single precision', async (dtype) => {
    const half = await openDecoder(
      exportDecoder({ config: tinyConfigs[family], tensors: randomCheckpoint(family), dtype }),
    );
    const { logits } = await half.run({ ids: [ids] });
    const full = await logitsOf(family, { ids: [ids] }, { dtype: dtype === 'fp16' ? 'fp32' : 'q4' });
    const spread = full.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(distance(logits, full)).toBeLessThan(0.02 * spread);
  });
});

describe.each(['llama', 'phi3', 'gemma3'] as const)('a quantized %s', (family) => {
  it.each([
    { dtype: 'q4', zeroPoints: false },
    { dtype: 'q4', zeroPoints: true },
    { dtype: 'q8', zeroPoints: false },
    { dtype: 'q8', zeroPoints: true },
  ] as const)(
    'computes with the values that $dtype stands for (zero points: $zeroPoints)',
    async (options) => {
      const quantized = await logitsOf(family, { ids: [ids] }, options);
      const bits = options.dtype === 'q4' ? 4 : 8;
      const tensors = new Map(randomCheckpoint(family));
      for (const [name, tensor] of tensors) {
        if (tensor.shape.length !== 2) continue;
        const [rows, columns] = tensor.shape as [number, number];
        const format = { bits, blockSize: 32, zeroPoints: options.zeroPoints } as const;
        const values = new Float32Array(tensor.bytes.slice().buffer);
        const rounded = dequantizeMatrix(
          quantizeMatrix(values, rows, columns, format),
          rows,
          columns,
          format,
        );
        tensors.set(name, { ...tensor, bytes: new Uint8Array(rounded.buffer) });
      }
      const expected = await logitsOf(family, { ids: [ids] }, { tensors });
      expect(distance(quantized, expected)).toBeLessThan(1e-3);
    },
  );
});

it('lets a windowed layer see as many tokens as the config says, the current one included', async () => {
  const config = { ...tinyConfigs.gemma3, num_hidden_layers: 1, layer_types: ['sliding_attention'] };
  const decoder = await open('gemma3', { config });
  const base = await decoder.run({ ids: [ids], keep: 1 });
  const isSeen = async (at: number) => {
    const changed = await decoder.run({ ids: [ids.map((id, i) => (i === at ? 40 : id))], keep: 1 });
    return distance(changed.logits, base.logits) > 0;
  };
  const seen = await Promise.all(ids.map((_, at) => isSeen(at)));
  expect(seen).toEqual([...Array<boolean>(6).fill(false), ...Array<boolean>(4).fill(true)]);
});
