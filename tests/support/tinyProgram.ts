import { addLoss, addLossGradient, addSupervisionInputs } from '../../src/autodiff/loss.ts';
import { GraphBuilder } from '../../src/graph/builder.ts';
import type { Value } from '../../src/graph/graph.ts';
import { toModel } from '../../src/graph/toModel.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import { tokenizedRow, type TokenizedRow } from '../../src/text/tokenizedRow.ts';
import { buildAdamW } from '../../src/training/adamw.ts';
import type { BatchShape } from '../../src/training/batches.ts';
import type { TrainingProgram } from '../../src/training/program.ts';

/** Vocabulary and width of the tiny model: logits of the next token = embedding[token] · W, with W trained. */
export const vocabulary = 12;
export const width = 6;
export const parameterCount = width * vocabulary;

/** Fixed embeddings [vocabulary, width], some numbers without a pattern. */
export const embedding = Float64Array.from({ length: vocabulary * width }, (_, i) =>
  Math.fround(Math.sin(i * 12.9898 + 1)),
);

/** A model small enough to be followed by hand, compiled for one batch shape the way real ones are. */
export function tinyProgram(shape: BatchShape): TrainingProgram {
  const { batchSize, sequenceLength, maxSupervised } = shape;
  const g = new GraphBuilder();
  const parameters = g.input('parameters', 'float32', [parameterCount]);
  const weight = g.reshape(parameters, [width, vocabulary]);
  const ids = g.input('input_ids', 'int64', [batchSize, sequenceLength]);
  const hidden = g.gather(g.constant('float32', [vocabulary, width], embedding), ids);
  const supervision = addSupervisionInputs(g, maxSupervised);
  const head = {
    slices: [{ start: 0, end: vocabulary }],
    logits: (_: GraphBuilder, rows: Value) => g.matMul(rows, weight),
  };
  const evaluated = addLoss(g, hidden, head, supervision, 128);
  const forward = g.finish('forward', { loss: evaluated.loss, token_losses: evaluated.tokenLosses });
  g.input('row_of_position', 'int64', [batchSize * sequenceLength]);
  const soFar = g.input('gradient', 'float32', [parameterCount]);
  const loss = addLossGradient(g, hidden, head, supervision, 128, [weight]);
  const total = g.add(soFar, g.reshape(loss.targets.get(weight)!, [parameterCount]));
  const training = g.finish('training', { loss: loss.loss, gradient_out: total });
  const [trainingGraph, forwardGraph, optimizerGraph] = [
    training,
    // Copied, since a finished graph shares the builder's list of inputs.
    forward,
    buildAdamW(new GraphBuilder(), parameterCount),
  ].map((graph) => encodeModel(toModel(graph))) as [Uint8Array, Uint8Array, Uint8Array];
  return { trainingGraph, forwardGraph, optimizerGraph, layout: { size: parameterCount }, ...shape };
}

export const startParameters = (): Float32Array =>
  Float32Array.from({ length: parameterCount }, (_, i) => 0.1 * Math.cos(i * 3.7));

/** Rows of a language that counts upwards, lengths 3 to 7; the first token is the prompt. */
export function countingRows(count: number): TokenizedRow[] {
  return Array.from({ length: count }, (_, i) => {
    const ids = Array.from({ length: 3 + (i % 5) }, (_unused, t) => (i * 5 + t) % vocabulary);
    return tokenizedRow(ids, ids.map((_id, t) => t > 0)); // prettier-ignore
  });
}
