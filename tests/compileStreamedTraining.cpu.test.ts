import { describe, expect, it } from 'vitest';
import { buildStreamedTraining, cutTraining, type StreamedGraphs } from '../src/compileStreamedTraining.ts';
import {
  buildTrainingGraphs,
  type BatchShape,
  type CompileOptions,
  type DecoderModel,
  type Trainable,
} from '../src/compileTrainingModel.ts';
import { exportDecoder } from '../src/exporter/exportDecoder.ts';
import { bytesOf } from '../src/graph/memoryEstimate.ts';
import type { Graph } from '../src/graph/graph.ts';
import { randomCheckpoint, tinyConfigs, type TinyFamily } from './exporter/randomCheckpoint.ts';
import { runGraph, type NumberFeeds } from './support/runGraph.ts';

const lora: Trainable = { kind: 'lora', targetModules: 'all-linear', rank: 2, alpha: 4 };
const batch: BatchShape = { batchSize: 2, sequenceLength: 8, maxSupervised: 6, logitsChunk: 4 };
/** Three slices of the vocabulary. */
const sliced: CompileOptions = { largestHeadSlice: 20 * 64 * 4 };

function decoderOf(family: TinyFamily, dtype: 'fp32' | 'fp16' | 'q4' | 'q8'): DecoderModel {
  const model = exportDecoder({ config: tinyConfigs[family], tensors: randomCheckpoint(family), dtype });
  return { decoder: model, fileName: 'model.onnx' };
}

/** Two rows of tokens, six supervised positions of which the last is padding. */
function feedsOf(parameterCount: number): NumberFeeds {
  const rows = [1, 2, 5, 9, 12, 0];
  const rowOf = new Array<number>(16).fill(6);
  rows.slice(0, 5).forEach((position, row) => (rowOf[position] = row));
  return {
    input_ids: Array.from({ length: 16 }, (_, i) => (i * 7 + 3) % 50),
    supervised_rows: rows,
    row_of_position: rowOf,
    labels: [3, 49, 0, 25, 24, 0],
    label_weights: [0.2, 0.2, 0.2, 0.2, 0.2, 0],
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
    const model = decoderOf(family, dtype);
    const { training, layout } = buildTrainingGraphs(model, lora, batch, {
      ...sliced,
      recompute: 'perLayer',
    });
    const feeds = feedsOf(layout.size);
    const whole = await runGraph(training, feeds);
    const pieces = cutTraining(buildStreamedTraining(model, lora, batch, sliced), 20_000);
    expect(pieces.forward.length).toBeGreaterThan(2);
    const results = await runPieces(pieces, feeds);
    expect(results['loss']).toEqual(whole['loss']);
    expect(results['gradient_out']).toEqual(whole['gradient_out']);
  });

  it('reads no more weights at a time than it may, but for a matrix that alone takes more', () => {
    const training = buildStreamedTraining(decoderOf('llama', 'q4'), lora, batch, sliced);
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
