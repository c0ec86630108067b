import { describe, expect, it } from 'vitest';
import type { BatchShape, Trainable } from '../../src/compileTrainingModel.ts';
import { judgeFit } from '../../src/engine/memoryFit.ts';
import { memoryPlanner, planMemory } from '../../src/engine/memoryPlan.ts';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { totalBytesOf } from '../../src/graph/memoryEstimate.ts';
import { randomTensors } from '../../tools/bench/shapes.ts';
import { tinyConfigs } from '../exporter/randomCheckpoint.ts';

// Of six layers, so that what they keep counts beside the loss.
const config = { ...tinyConfigs.llama, num_hidden_layers: 6, tie_word_embeddings: true };
const decoder = exportDecoder({ config, tensors: randomTensors(config), dtype: 'q4' });
const model = { decoder, fileName: 'model.onnx' };
const lora: Trainable = { kind: 'lora', targetModules: 'all-linear', rank: 2, alpha: 4 };
const batch: BatchShape = { batchSize: 4, sequenceLength: 64 };
// On a GPU, where graphs take no memory: of a model as small as this one they would be most.
const onGpu = { weights: 'once' } as const;
const plan = (budget: number) => planMemory(model, lora, batch, budget, onGpu);

describe('planMemory', () => {
  const { totalBytes: kept } = plan(Infinity);
  const again = plan(1000).totalBytes;

  it('keeps activations where there is room, and computes them again where there is not', () => {
    expect(plan(kept / 0.79)).toMatchObject({ fit: 'fits', recompute: 'none', advice: [] });
    const cheap = plan(kept / 0.81);
    expect(cheap).toMatchObject({ fit: 'fits', recompute: 'elementwise', advice: [] });
    expect(plan(cheap.totalBytes / 0.81).recompute).toBe('perLayer');
    expect(again).toBeLessThan(0.9 * kept); // of two layers, one is still kept
  });

  it('says what is tight and what does not fit, and what to change', () => {
    expect(plan(again * 1.1)).toMatchObject({
      fit: 'tight',
      advice: ['Take 2 instead of 4 rows at a time.'],
    });
    expect(plan(again * 0.9)).toMatchObject({ fit: 'does not fit' });
    expect(plan(again * 0.3).advice[0]).toMatch(
      /^Cut rows at 32 instead of 64 tokens, and take one at a time/,
    );
    expect(plan(1000).advice[0]).toMatch(/^Weights and adapter alone take .* choose a smaller model/);
  });

  it(
    'says how training goes on piece by piece where not even one row fits, and only there',
    { timeout: 30_000 },
    () => {
      const planFor = memoryPlanner(model, lora, { ...batch, batchSize: 2 }, onGpu);
      const { totalBytes: single } = planMemory(model, lora, { ...batch, batchSize: 1 }, 1000, onGpu);
      expect(planFor(single)).toMatchObject({ fit: 'does not fit', streaming: null });
      const { fit, streaming } = planFor(0.9 * single);
      expect(fit).toBe('does not fit');
      expect(streaming!.batchSize).toBe(1);
      expect(totalBytesOf(streaming!.memory)).toBeLessThanOrEqual(0.9 * single);
      expect(planFor(1000).streaming).toBeNull();
    },
  );
});

it('leaves a fifth of the budget to others before it calls a run tight', () => {
  expect([80, 81, 100, 101].map((bytes) => judgeFit(bytes, 100))).toEqual([
    'fits',
    'tight',
    'tight',
    'does not fit',
  ]);
});
