import { packGradients } from './autodiff/flatParameters.ts';
import { addSupervisionInputs, scatterRows } from './autodiff/loss.ts';
import { differentiateSegments } from './autodiff/recompute.ts';
import { findSegments } from './autodiff/segments.ts';
import { addSlicedLoss, addSlicedLossGradient } from './autodiff/slicedLoss.ts';
import {
  defaultChunk,
  lowerDecoder,
  maxSupervisedOf,
  type BatchShape,
  type CompileOptions,
  type DecoderModel,
  type Trainable,
} from './compileTrainingModel.ts';
import { compilePiece, type PieceContext } from './compilePiece.ts';
import { GraphBuilder } from './graph/builder.ts';
import { cutGraph, type CutPlan } from './graph/cutGraph.ts';
import { sizeOf, type Graph, type Value } from './graph/graph.ts';
import { bytesOf, totalBytesOf } from './graph/memoryEstimate.ts';
import { countMultiplications } from './graph/multiplications.ts';
import type { ParameterLayout } from './graph/parameterLayout.ts';
import { estimateStreaming, type StreamingMemory } from './graph/streamingEstimate.ts';
import { tablesReadByRow } from './graph/tableRows.ts';
import { toModel } from './graph/toModel.ts';
import { encodeModel } from './onnx/encode.ts';
import { buildAdamW } from './training/adamw.ts';
import type { StreamedPiece, StreamedProgram, StreamingCost } from './training/streamedProgram.ts';

/** A training step as graphs that are run one after another, each with its own part of the weights. */
export interface StreamedGraphs {
  /** Lead to `loss` and `token_losses`; evaluation ends here. */
  readonly forward: readonly Graph[];
  /** Lead back from there to every gradient. */
  readonly backward: readonly Graph[];
  /** Adds the gradients to those of earlier microbatches: `gradient_out`. Reads no weights. */
  readonly finish: Graph;
}

/** A step's graph before it is cut. */
export interface StreamedTraining extends Omit<PieceContext, 'fileName'> {
  readonly plan: CutPlan;
  readonly optimizer: Graph;
  readonly layout: ParameterLayout;
  readonly vocabularySize: number;
}

/** Pieces of a step, ready to be run, and what running them takes. */
export interface CompiledStreaming extends StreamedProgram {
  readonly layout: ParameterLayout;
  readonly vocabularySize: number;
  readonly memory: StreamingMemory;
  readonly cost: StreamingCost;
  /** Bytes of the largest weight that a piece reads; of a table read by row, of the batch's rows. */
  readonly largestWeight: number;
}

/**
 * Turns a decoder's ONNX graph into pieces that train it with little of its weights in memory at a time: as few as fit
 * into `budgetBytes`, or those that take least where none fit (see `memory`). Losses and gradients are those of
 * `compileTrainingModel`.
 * @throws naming op and node when something in the model cannot be lowered or differentiated
 */
export function compileStreamedTraining(
  source: DecoderModel,
  trainable: Trainable,
  batch: BatchShape,
  budgetBytes: number,
  options: StreamingOptions = {},
): CompiledStreaming {
  const training = buildStreamedTraining(source, trainable, batch, { largestHeadSlice: headSliceFor(budgetBytes), ...options }); // prettier-ignore
  const { graphs, memory } = cutToFit(training, budgetBytes);
  const { plan, tables, inputIds, layout, vocabularySize } = training;
  const weightsRead = [...graphs.forward, ...graphs.backward].flatMap(({ weights }) => weights.map(({ value }) => value)); // prettier-ignore
  const encode = (graph: Graph) => compilePiece(graph, { fileName: source.fileName, tables, inputIds });
  const [forward, backward] = [graphs.forward.map(encode), graphs.backward.map(encode)];
  return {
    forward,
    backward,
    finish: encode(graphs.finish),
    cost: costOf(graphs, [...forward, ...backward]),
    optimizerGraph: encodeModel(toModel(training.optimizer)),
    layout,
    vocabularySize,
    memory,
    largestWeight: Math.max(...weightsRead.map(plan.weightBytes)),
    batchSize: batch.batchSize,
    sequenceLength: batch.sequenceLength,
    maxSupervised: maxSupervisedOf(batch),
  };
}

function costOf({ forward, backward }: StreamedGraphs, pieces: readonly StreamedPiece[]): StreamingCost {
  const work = (graphs: readonly Graph[]) =>
    graphs.reduce((sum, graph) => sum + countMultiplications(graph), 0);
  const ranges = pieces.flatMap(({ weights }) => weights.ranges);
  return {
    pieces: pieces.length,
    bytesRead: ranges.reduce((sum, range) => sum + ('fill' in range ? 0 : range.length), 0),
    forwardPasses: 1 + work(backward) / work(forward),
  };
}

type StreamingOptions = Omit<CompileOptions, 'recompute'>;

/**
 * Builds a training step whose nodes stand in an order in which it can be cut anywhere: layer by layer forward, the head
 * slice by slice, and back. Layers and logits are computed a second time for backpropagation.
 * @throws naming op and node when something in the model cannot be lowered or differentiated
 */
export function buildStreamedTraining(
  source: DecoderModel,
  trainable: Trainable,
  batch: BatchShape,
  options: StreamingOptions = {},
): StreamedTraining {
  const decoder = lowerDecoder(source, trainable, batch, options);
  const { g, inputIds, parameters, hidden, head, layout, tensors } = decoder;
  const segments = findSegments(decoder.forward, inputIds, hidden, 1);
  const supervision = addSupervisionInputs(g, maxSupervisedOf(batch));
  const loss = addSlicedLoss(g, hidden, head, supervision, batch.logitsChunk ?? defaultChunk);
  const evaluated = g.builtNodes.length;
  const targets = [...tensors.values()];
  const pulled = addSlicedLossGradient(g, head, loss, targets);
  const seeds = new Map([...pulled.targets, [hidden, scatterRows(g, pulled.rows, hidden)]]);
  const gradients = differentiateSegments(g, segments, seeds, targets, 'perSegment');
  const differentiated = g.builtNodes.length;
  const gradient = packGradients(g, layout, tensors, gradients);
  const soFar = g.input('gradient', 'float32', gradient.shape);
  const results = { loss: loss.loss, token_losses: loss.tokenLosses, gradient_out: g.add(soFar, gradient) };
  const graph = g.finish('training', results);
  const stages = [
    g.builtNodes.slice(0, evaluated),
    g.builtNodes.slice(evaluated, differentiated),
    g.builtNodes.slice(differentiated),
  ];
  const tables = tablesReadByRow(graph, inputIds);
  const tokens = sizeOf(inputIds.shape);
  const weightBytes = (weight: Value) =>
    tables.has(weight) ? (bytesOf(weight) / weight.shape[0]!) * tokens : bytesOf(weight);
  const plan = { graph, stages, everywhere: new Set([parameters]), weightBytes };
  const optimizer = buildAdamW(new GraphBuilder(), layout.size);
  return { plan, optimizer, tables, inputIds, layout, vocabularySize: loss.vocabularySize };
}

/** Cuts a step into pieces that read at most `largestWeights` bytes of weights each, where they can be cut. */
export function cutTraining({ plan }: StreamedTraining, largestWeights: number): StreamedGraphs {
  const [forward, backward, finish] = cutGraph(plan, largestWeights) as [Graph[], Graph[], [Graph]];
  return { forward, backward, finish: finish[0] };
}

/** Shares of the budget that a piece's weights may take, the largest first: fewer pieces are faster. */
const shares = [1 / 3, 1 / 4, 1 / 6, 1 / 8, 1 / 12, 1 / 16, 1 / 24] as const;
const smallestShare = 1 / 32;

/** The fewest pieces that fit, or those that take least. */
function cutToFit(training: StreamedTraining, budgetBytes: number) {
  const { plan } = training;
  const cut = (share: number) => {
    const graphs = cutTraining(training, share * budgetBytes);
    const pieces = [...graphs.forward, ...graphs.backward, graphs.finish];
    return { graphs, memory: estimateStreaming(pieces, training, plan.weightBytes) };
  };
  const fits = ({ memory }: { readonly memory: StreamingMemory }) => totalBytesOf(memory) <= budgetBytes;
  const least = cut(smallestShare);
  if (!fits(least)) return least;
  for (const share of shares) {
    const fewer = cut(share);
    if (fits(fewer)) return fewer;
  }
  return least;
}

/** The head's slices, as floats, may take a little of the budget; smaller ones would be no use. */
const headSliceFor = (budgetBytes: number) => Math.min(2 ** 25, Math.max(2 ** 20, budgetBytes / 16));
