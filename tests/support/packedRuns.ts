import {
  compileTrainingModel,
  type BatchShape,
  type CompileOptions,
  type DecoderModel,
} from '../../src/compileTrainingModel.ts';
import type { Device, WeightFiles } from '../../src/runtime/device.ts';
import { tokenizedRow, type TokenizedRow } from '../../src/text/tokenizedRow.ts';
import { totalSupervised } from '../../src/training/batches.ts';
import { TrainingSessions } from '../../src/training/trainingSessions.ts';
import { lora } from './randomDecoder.ts';

/** A row of so many tokens, the last half of them supervised. */
export const rowOf = (length: number, first: number): TokenizedRow => {
  const ids = Array.from({ length }, (_, t) => (first * 7 + t * (1 + (first % 3))) % 50);
  return tokenizedRow(ids, ids.map((_id, t) => t >= length / 2)); // prettier-ignore
};

/** Rows of which four and three fill a line of 24 tokens each, and one more. */
export const shortRows = [3, 9, 5, 11, 4, 8, 7, 2].map(rowOf);

export const alone = { batchSize: 8, sequenceLength: 12, maxSupervised: 40, logitsChunk: 8 } as const;
export const inLines = { ...alone, batchSize: 3, sequenceLength: 24, isPacked: true } as const;

/** Loss of all rows, computed twice: with the training graph, with its gradient, and with the evaluation graph. */
export interface PackedResult {
  readonly loss: number;
  readonly evaluated: number;
  readonly gradient: Float32Array;
}

/** One step over the rows with an adapter that is far from zero. */
export async function stepOver(
  device: Device,
  model: DecoderModel & { readonly weights?: WeightFiles },
  rows: readonly TokenizedRow[],
  shape: BatchShape,
  options: CompileOptions = {},
): Promise<PackedResult> {
  const program = compileTrainingModel(model, lora, shape, options);
  const sessions = new TrainingSessions(device, [program], model.weights ?? { files: [] });
  const { size } = program.layout;
  const parameters = device.upload(Float32Array.from({ length: size }, (_, i) => 0.1 * Math.sin(i)), [size]); // prettier-ignore
  const zero = device.upload(new Float32Array(size), [size]);
  try {
    let [loss, sum] = [0, zero];
    for (const part of sessions.microbatches(rows)) {
      const state = { parameters, gradient: sum, lossScale: 8 };
      const step = await sessions.gradient(part, 1 / totalSupervised(rows), state);
      if (sum !== zero) sum.dispose();
      [loss, sum] = [loss + step.loss, step.gradient];
    }
    const gradient = ((await device.download(sum)) as Float32Array).slice();
    sum.dispose();
    const evaluated = await sessions.evaluate(rows, { parameters, gradient: zero });
    return { loss, evaluated, gradient };
  } finally {
    for (const tensor of [parameters, zero]) tensor.dispose();
    await sessions.dispose();
  }
}

/** Largest difference between two gradients, as a share of the largest entry. */
export function distance(a: Float32Array, b: Float32Array): number {
  const largest = Math.max(...a.map(Math.abs));
  return Math.max(...a.map((x, i) => Math.abs(x - b[i]!))) / largest;
}
