import { lowerDecoder, type DecoderModel, type Trainable } from './compileTrainingModel.ts';

/**
 * Why rows of this model cannot share lines of so many tokens, or null where they can: decided by its graph, from which it must be
 * seen that no row reaches another (`checkRowsAreSeparate`).
 */
export function packingObstacle(
  model: DecoderModel,
  trainable: Trainable,
  sequenceLength: number,
): string | null {
  try {
    lowerDecoder(model, trainable, { batchSize: 2, sequenceLength, isPacked: true }, {});
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
