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
import { cutGraph, type CutPlan } from './graph/cutGraph.ts';
import type { Graph } from './graph/graph.ts';
import type { ParameterLayout } from './graph/parameterLayout.ts';

/** A training step as graphs that are run one after another, each with its own part of the weights. */
export interface StreamedGraphs {
  /** Lead to `loss` and `token_losses`; evaluation ends here. */
  readonly forward: readonly Graph[];
  /** Lead back from there to every gradient. */
  readonly backward: readonly Graph[];
  /** Adds the gradients to those of earlier microbatches: `gradient_out`. Reads no weights. */
  readonly finish: Graph;
  readonly layout: ParameterLayout;
  readonly vocabularySize: number;
}

/** A step's graph before it is cut. */
export interface StreamedTraining {
  readonly plan: CutPlan;
  readonly layout: ParameterLayout;
  readonly vocabularySize: number;
}

/**
 * Builds a training step whose nodes stand in an order in which it can be cut anywhere: layer by layer forward, the head
 * slice by slice, and back. Layers and logits are computed a second time for backpropagation.
 * @throws naming op and node when something in the model cannot be lowered or differentiated
 */
export function buildStreamedTraining(
  source: DecoderModel,
  trainable: Trainable,
  batch: BatchShape,
  options: Omit<CompileOptions, 'recompute'> = {},
): StreamedTraining {
  const { g, inputIds, parameters, hidden, head, layout, tensors, forward } = lowerDecoder(source, trainable, batch, options); // prettier-ignore
  const segments = findSegments(forward, inputIds, hidden, 1);
  const loss = addSlicedLoss(g, hidden, head, addSupervisionInputs(g, maxSupervisedOf(batch)), batch.logitsChunk ?? defaultChunk); // prettier-ignore
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
  const plan = { graph, stages, everywhere: new Set([parameters]) };
  return { plan, layout, vocabularySize: loss.vocabularySize };
}

/** Cuts a step into pieces that read at most `largestWeights` bytes of weights each, where they can be cut. */
export function cutTraining(training: StreamedTraining, largestWeights: number): StreamedGraphs {
  const { plan, layout, vocabularySize } = training;
  const [forward, backward, finish] = cutGraph(plan, largestWeights) as [Graph[], Graph[], Graph[]];
  return { forward, backward, finish: finish[0]!, layout, vocabularySize };
}
