import { compileStreamedTraining, type CompiledStreaming } from '../compileStreamedTraining.ts';
import type { BatchShape, DecoderModel, Trainable } from '../compileTrainingModel.ts';
import { totalBytesOf } from '../graph/memoryEstimate.ts';
import type { StreamingCost } from '../training/streamedProgram.ts';
import { judgeFit } from './memoryFit.ts';
import { splitLargeTables } from './splitLargeWeights.ts';

/** What is to be trained piece by piece, as `compileTrainingModel` takes it. */
export interface StreamingRequest {
  readonly model: DecoderModel;
  readonly trainable: Trainable;
  /** The shapes of batches of so many rows, ascending by length. */
  readonly shapesOf: (batchSize: number) => readonly BatchShape[];
  /** Rows at a time at most. */
  readonly batchSize: number;
  /** The most bytes that a weight may have on the device; `null` where only memory limits it. */
  readonly largestWeight: number | null;
}

/** Share of a budget that the estimate may take, since `malloc` keeps some of what was freed (see docs/streaming.md). */
const estimatedShare = 7 / 8;

/** What a streamed step may take by estimate so that it really stays within `budgetBytes`. */
export const estimateWithin = (budgetBytes: number) => estimatedShare * budgetBytes;

/**
 * Programs for a model whose weights do not fit `budgetBytes`: pieces with a part of the weights each, which are read from
 * their files while the piece before computes. Of as many rows at a time as fit, since each microbatch reads all weights.
 * @returns programs ascending by length, or null where not even one row fits
 */
export function compileStreamedPrograms(
  request: StreamingRequest,
  budgetBytes: number,
): readonly CompiledStreaming[] | null {
  const { shapesOf, batchSize } = request;
  const mostBytes = estimateWithin(budgetBytes);
  const compile = (shape: BatchShape) => compileBindable(request, shape, mostBytes);
  const shapes = shapesOf(batchSize);
  const longest = compile(shapes.at(-1)!);
  if (judgeFit(totalBytesOf(longest.memory), mostBytes) !== 'does not fit')
    return [...shapes.slice(0, -1).map(compile), longest];
  if (batchSize === 1) return null;
  return compileStreamedPrograms({ ...request, batchSize: Math.floor(batchSize / 2) }, budgetBytes);
}

/** Tables are handed over by row, so they are cut only where the graph reads one in another way too. */
function compileBindable(
  { model, trainable, largestWeight }: StreamingRequest,
  shape: BatchShape,
  budgetBytes: number,
): CompiledStreaming {
  const compile = (decoder: DecoderModel) =>
    compileStreamedTraining(decoder, trainable, shape, budgetBytes, { largestWeight });
  const compiled = compile(model);
  const isBindable = largestWeight === null || compiled.largestWeight <= largestWeight;
  return isBindable ? compiled : compile(splitLargeTables(model, largestWeight));
}

/** What a step costs of which a microbatch costs `cost`: every microbatch reads all weights anew. */
export const costOfStep = (cost: StreamingCost, microbatches: number): StreamingCost => ({
  ...cost,
  pieces: microbatches * cost.pieces,
  bytesRead: microbatches * cost.bytesRead,
});

/** What a person should know before a model is trained piece by piece. */
export function describeStreaming({ pieces, bytesRead, forwardPasses }: StreamingCost): string {
  return (
    `The weights do not fit: each step reads ${(bytesRead / 1e6).toFixed(0)} MB of them in ${pieces} pieces and computes ` +
    `${forwardPasses.toFixed(1)} forward passes instead of about ${(forwardPasses - 1).toFixed(1)}, with the same result. ` +
    'Answering loads the model as a whole, so for answers it needs a device on which it fits.'
  );
}
