import { expect } from 'vitest';
import { compileStreamedTraining } from '../../src/compileStreamedTraining.ts';
import {
  compileTrainingModel,
  type BatchShape,
  type DecoderModel,
  type Trainable,
} from '../../src/compileTrainingModel.ts';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { splitWeights } from '../../src/exporter/splitWeights.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { opfsLargeFiles } from '../../src/storage/opfsLargeFiles.ts';
import { defaultTrainingOptions } from '../../src/training/options.ts';
import { train } from '../../src/training/train.ts';
import type { TrainingInput } from '../../src/training/trainingRun.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';

const lora: Trainable = { kind: 'lora', targetModules: 'all-linear', rank: 2, alpha: 4 };
const shape = { batchSize: 2, sequenceLength: 8, maxSupervised: 14 };
/** 20 of 50 tokens of the head at a time. */
const options = { largestHeadSlice: 20 * 64 * 4 };

/** A model of two layers with its weights in a file beside the graph, as they come from the Hub. */
export function modelWithFile(path: string, dtype: 'fp32' | 'q4' = 'q4') {
  const tensors = randomCheckpoint('llama');
  const exported = exportDecoder({ config: tinyConfigs.llama, tensors, dtype });
  const { model, pieces } = splitWeights(exported, path);
  const decoder = { decoder: decodeModel(encodeModel(model), 'model_q4.onnx'), fileName: 'model_q4.onnx' };
  return { decoder, blob: new Blob(pieces as Uint8Array<ArrayBuffer>[]) };
}

/** Programs that do the same in one session and in pieces that fit `budgetBytes`. */
export function bothPrograms(
  decoder: DecoderModel,
  budgetBytes: number,
  batch: BatchShape = shape,
  largestWeight: number | null = null,
) {
  return {
    streamed: compileStreamedTraining(decoder, lora, batch, budgetBytes, { ...options, largestWeight }),
    whole: compileTrainingModel(decoder, lora, batch, { ...options, recompute: 'perLayer', passes: [] }),
  };
}

type Programs = ReturnType<typeof bothPrograms>;

/** Trains two steps in one session and in pieces; losses, norms and adapters may differ by `tolerance`, relative above 1. */
export async function expectSame(
  { streamed, whole }: Programs,
  { device, weights, rows }: Pick<TrainingInput, 'device' | 'weights' | 'rows'>,
  tolerance: number,
): Promise<void> {
  expect(streamed.forward.length + streamed.backward.length).toBeGreaterThan(3);
  const parameters = startParameters(whole.layout.size);
  const follow = async (program: Programs[keyof Programs]) => {
    const numbers: number[] = [];
    const settings = { ...defaultTrainingOptions, learningRate: 0.05, duration: { steps: 2 } };
    const input = { device, programs: [program], weights, parameters, rows, options: settings };
    for await (const event of train(input)) {
      if (event.type === 'step') numbers.push(event.loss, event.gradNorm);
      if (event.type === 'finished') numbers.push(...event.parameters);
    }
    return numbers;
  };
  const [inPieces, atOnce] = [await follow(streamed), await follow(whole)];
  expect(inPieces.length).toBe(4 + whole.layout.size);
  const worst = inPieces.reduce(
    (most, x, i) => Math.max(most, Math.abs(x - atOnce[i]!) / Math.max(1, Math.abs(x))),
    0,
  );
  expect(worst).toBeLessThanOrEqual(tolerance);
}

/** A tiny llama whose weights lie in the origin-private file system, as those of downloaded models do. */
export async function modelInBrowser(folder: string) {
  const path = 'model_q4.onnx_data';
  const { decoder, blob } = modelWithFile(path);
  const store = opfsLargeFiles(folder);
  await store.write(path, new Uint8Array(await blob.arrayBuffer()));
  const file = (await store.blob(path))!;
  expect(file.size).toBe(blob.size);
  const weights = { files: [{ path, data: file }] };
  return { programs: bothPrograms(decoder, 250_000), weights, remove: () => store.delete(path) };
}

export const startParameters = (size: number): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => 0.05 * Math.sin(i));
