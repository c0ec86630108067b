import { describe, expect, it } from 'vitest';
import { buildStreamedTraining, cutTraining, type StreamedGraphs } from '../src/compileStreamedTraining.ts';
import { buildTrainingGraphs, type CompileOptions, type Trainable } from '../src/compileTrainingModel.ts';
import { bytesOf } from '../src/graph/memoryEstimate.ts';
import type { Graph } from '../src/graph/graph.ts';
import { randomDecoder } from './support/randomDecoder.ts';
import { runGraph, type NumberFeeds } from './support/runGraph.ts';
import { tinyBatch, tinyBatchFeeds } from './support/tinyBatch.ts';

const lora: Trainable = { kind: 'lora', targetModules: 'all-linear', rank: 2, alpha: 4 };
/** Three slices of the vocabulary. */
const sliced: CompileOptions = { largestHeadSlice: 20 * 64 * 4 };

function feedsOf(parameterCount: number): NumberFeeds {
  return {
    ...tinyBatchFeeds,
    parameters: Array.from({ length: parameterCount }, (_, i) => 0.1 * Math.sin(i)),
    gradient: Array.from({ length: parameterCount }, (_, i) => Math.cos(i)),
  };
}

async function runPieces({ forward, backward, finish }: StreamedGraphs, feeds: NumberFeeds) {
  let values: Record<string, ArrayLike<number>> = { ...feeds };
  for (const piece of [...forward, ...backward, finish])
    values = { ...values, ...(await runGraph(piece, values)) };
  return values as Record<string, Float32Array>;
}

const weightsOf = ({ weights }: Graph) => weights.map(({ value }) => bytesOf(value));

describe('a training step in pieces', () => {
  it.each([
    ['llama', 'fp32'],
    ['llama', 'q4'],
    ['qwen2', 'fp16'],
    ['gemma3', 'q8'],
  ] as const)('gives %s in %s the loss and gradient of the whole to the last bit', async (family, dtype) => {
    const model = randomDecoder(family, dtype);
    const { training, layout } = buildTrainingGraphs(model, lora, tinyBatch, {
      ...sliced,
      recompute: 'perLayer',
      // Pieces are not optimized.
      passes: [],
    });
    const feeds = feedsOf(layout.size);
    const whole = await runGraph(training, feeds);
    const pieces = cutTraining(buildStreamedTraining(model, lora, tinyBatch, sliced), 20_000);
    expect(pieces.forward.length).toBeGreaterThan(2);
    const results = await runPieces(pieces, feeds);
    expect(results['loss']).toEqual(whole['loss']);
    expect(results['gradient_out']).toEqual(whole['gradient_out']);
  });

  it('reads no more weights at a time than it may, but for a matrix that alone takes more', () => {
    const training = buildStreamedTraining(randomDecoder('llama', 'q4'), lora, tinyBatch, sliced);
    for (const largest of [10_000, 20_000, 1e9]) {
      const { forward, backward, finish } = cutTraining(training, largest);
      const overfull = [...forward, ...backward]
        .map(weightsOf)
        .filter((weights) => weights.reduce((sum, bytes) => sum + bytes, 0) > largest);
      expect(overfull.every((weights) => Math.max(...weights) > largest / 3)).toBe(true);
      expect(finish.weights).toEqual([]);
      if (largest === 1e9) expect([forward.length, backward.length]).toEqual([1, 1]);
    }
  });
});
