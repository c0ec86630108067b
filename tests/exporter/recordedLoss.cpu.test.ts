import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { exportRecorded, readTrajectory, recordedFamilies } from '../support/trajectory.ts';
import { openDecoder } from './decoderSession.ts';

/** Negative log-likelihood of `label` under one position's logits. */
function lossOf(logits: Float32Array, label: number): number {
  const most = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const sum = logits.reduce((total, z) => total + Math.exp(z - most), 0);
  return Math.log(sum) + most - logits[label]!;
}

it.each(recordedFamilies)("an exported %s, run by onnxruntime, has PyTorch's loss", async (family) => {
  const files = await readTrajectory(family, readFile);
  const { settings, rows, log } = files.trajectory;
  const decoder = await openDecoder(exportRecorded(files));
  const vocabulary = Number(files.config['vocab_size']);
  const losses: number[] = [];
  for (const { ids, completionStart } of rows.slice(
    0,
    settings.batchSize * settings.gradientAccumulationSteps,
  )) {
    const { logits } = await decoder.run({ ids: [ids] });
    ids.slice(completionStart).forEach((id, i) => {
      const position = completionStart + i - 1;
      losses.push(lossOf(logits.subarray(position * vocabulary, (position + 1) * vocabulary), id));
    });
  }
  // The first step's loss is the base model's: a fresh adapter adds nothing.
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  expect(Math.abs(mean - log[0]!.loss), `loss ${mean}, recorded ${log[0]!.loss}`).toBeLessThan(1e-4);
});
