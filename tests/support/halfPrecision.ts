import {
  compileTrainingModel,
  type CompileOptions,
  type DecoderModel,
} from '../../src/compileTrainingModel.ts';
import { initializeAdapter } from '../../src/lora/initializeAdapter.ts';
import { createRandom } from '../../src/random.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import { defaultTrainingOptions } from '../../src/training/options.ts';
import type { TrainingInput } from '../../src/training/trainingRun.ts';
import { lora } from './randomDecoder.ts';
import { device } from './trainingRuns.ts';

/** Rows that count upwards by one, two or three from somewhere, within the vocabulary of 50. */
export const rows = Array.from({ length: 9 }, (_, i) => {
  const ids = Array.from({ length: 8 }, (_unused, t) => (i * 7 + t * (1 + (i % 3))) % 50);
  return tokenizedRow(ids, ids.map((_id, t) => t > 1)); // prettier-ignore
});

/** Thirty steps on those rows, all of them in each step. */
export function training(
  model: DecoderModel,
  options: CompileOptions,
  changes: Partial<TrainingInput> = {},
): TrainingInput {
  const batch = { batchSize: 3, sequenceLength: 8, maxSupervised: 18, logitsChunk: 8 };
  const program = compileTrainingModel(model, lora, batch, options);
  const random = createRandom(5, 'adapter');
  return {
    device,
    programs: [program],
    weights: { files: [] },
    parameters: initializeAdapter(program.layout, () => random.next()),
    rows,
    options: {
      ...defaultTrainingOptions,
      learningRate: 5e-3,
      gradientAccumulationSteps: 3,
      duration: { steps: 30 },
    },
    ...changes,
  };
}
