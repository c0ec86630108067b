import { InferenceSession } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { exportDecoder, type ExportOptions } from '../../src/exporter/exportDecoder.ts';
import { addAttentionBias } from '../../src/generation/attentionBias.ts';
import { expandSoftcapAttention } from '../../src/generation/softcapAttention.ts';
import type { Model } from '../../src/graph/model.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { decoderOf } from '../exporter/decoderSession.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';

const gemma = (options: Partial<ExportOptions> = {}) =>
  addAttentionBias(
    exportDecoder({ config: tinyConfigs.gemma2, tensors: randomCheckpoint('gemma2'), dtype: 'fp32', ...options }), // prettier-ignore
  );

/** Logits of two left-padded rows, at once and of the token after from the cache. */
async function logits(model: Model): Promise<number[]> {
  const session = await InferenceSession.create(encodeModel(model), {
    logSeverityLevel: 3,
    executionProviders: ['cpu'],
  });
  const decoder = decoderOf(session, model);
  const mask = [
    [0, 0, 1, 1, 1, 1, 1],
    [1, 1, 1, 1, 1, 1, 1],
  ];
  const first = await decoder.run({ ids: [[0, 0, 3, 17, 8, 42, 5], [3, 17, 8, 42, 5, 29, 11]], mask }); // prettier-ignore
  const next = await decoder.run({ ids: [[7], [9]], mask: mask.map((row) => [...row, 1]), past: first });
  await session.release();
  // What stands at padding differs: nobody reads it.
  return [...first.logits.subarray(2 * 50), ...next.logits];
}

const distance = (a: readonly number[], b: readonly number[]) =>
  a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0);

describe('attention with a softcap, as standard ops', () => {
  it.each([
    {},
    { packedAttention: true },
    { positionIds: true },
    { attentionBias: false },
    { config: { ...tinyConfigs.gemma2, partial_rotary_factor: 0.5 } },
  ])('computes what GroupQueryAttention computes on the CPU: %j', async (options) => {
    const model = gemma(options);
    const expanded = expandSoftcapAttention(model);
    expect(expanded.graph.nodes.some(({ opType }) => opType === 'GroupQueryAttention')).toBe(false);
    expect(distance(await logits(expanded), await logits(model))).toBeLessThan(1e-4);
  });

  it('computes nearly the same in half precision', async () => {
    const model = gemma({ dtype: 'fp16' });
    const difference = distance(await logits(expandSoftcapAttention(model)), await logits(model)); // prettier-ignore
    expect(difference).toBeLessThan(0.05);
  });

  it('leaves models without softcaps alone', () => {
    const model = exportDecoder({
      config: tinyConfigs.gemma3,
      tensors: randomCheckpoint('gemma3'),
      dtype: 'q4',
    });
    expect(expandSoftcapAttention(model)).toBe(model);
  });
});
