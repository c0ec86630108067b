import type { Recompute } from '../autodiff/recompute.ts';
import {
  buildTrainingGraphs,
  type BatchShape,
  type CompileOptions,
  type DecoderModel,
  type Trainable,
} from '../compileTrainingModel.ts';
import { estimateTraining, totalBytesOf, type TrainingMemory } from '../graph/memoryEstimate.ts';
import type { StreamingCost } from '../training/streamedProgram.ts';
import { chooseRecompute, chooseTraining, judgeFit, type Fit } from './memoryFit.ts';
import { compileStreamedPrograms, costOfStep } from './streamedPrograms.ts';

/** What training a model in some batch shape takes, and how it should be compiled for that. */
export interface MemoryPlan {
  readonly fit: Fit;
  readonly recompute: Recompute;
  readonly memory: TrainingMemory;
  /** Weights, activations and adapter state together, in bytes. */
  readonly totalBytes: number;
  /** What to change, as a sentence each; empty where it fits. */
  readonly advice: readonly string[];
  /** How training goes on piece by piece, where not even one row at a time fits; else null. */
  readonly streaming: StreamingPlan | null;
}

/** What training piece by piece takes. */
export interface StreamingPlan {
  readonly fit: Fit;
  readonly memory: TrainingMemory;
  /** Rows at a time. */
  readonly batchSize: number;
  /** What a step of all rows costs. */
  readonly cost: StreamingCost;
}

/** What is computed, and where. */
type PlanOptions = Pick<CompileOptions, 'activations' | 'weights'>;

/**
 * What training takes, how to compile it within `budgetBytes`, and what to change where that is not enough. Reads graphs
 * alone, no weights.
 * @throws naming op and node when the model cannot be trained
 */
export function planMemory(
  model: DecoderModel,
  trainable: Trainable,
  batch: BatchShape,
  budgetBytes: number,
  options: PlanOptions = {},
): MemoryPlan {
  return memoryPlanner(model, trainable, batch, options)(budgetBytes);
}

/** `planMemory` for several budgets: what is found out for one serves the others. Streaming is always in float32. */
export function memoryPlanner(
  model: DecoderModel,
  trainable: Trainable,
  batch: BatchShape,
  options: PlanOptions = {},
): (budgetBytes: number) => MemoryPlan {
  const known = new Map<string, TrainingMemory>();
  const estimate = (shape: BatchShape, recompute: Recompute): TrainingMemory => {
    const key = JSON.stringify([shape, recompute]);
    const memory = known.get(key) ?? estimateShape(model, trainable, shape, { ...options, recompute });
    known.set(key, memory);
    return memory;
  };
  return (budgetBytes) => {
    const choice = chooseRecompute((recompute) => ({ memory: estimate(batch, recompute) }), budgetBytes);
    const { fit, recompute, built } = choice;
    const fits = (shape: BatchShape) =>
      judgeFit(totalBytesOf(estimate(shape, 'perLayer')), budgetBytes) === 'fits';
    const advice = fit === 'fits' ? [] : [adviseOn(batch, built.memory, fits, budgetBytes)];
    const totalBytes = totalBytesOf(built.memory);
    const ways = {
      whole: (batchSize: number, how: Recompute) => ({ memory: estimate({ ...batch, batchSize }, how) }),
      inPieces: (bytes: number) => planStreaming(model, trainable, batch, bytes),
    };
    const { pieces } = chooseTraining(ways, batch.batchSize, { budgetBytes, isGuess: false });
    return { fit, recompute, memory: built.memory, totalBytes, advice, streaming: pieces };
  };
}

function planStreaming(
  model: DecoderModel,
  trainable: Trainable,
  batch: BatchShape,
  budgetBytes: number,
): StreamingPlan | null {
  const shapesOf = (batchSize: number) => [{ ...batch, batchSize }];
  const request = { model, trainable, shapesOf, batchSize: batch.batchSize, largestWeight: null };
  const programs = compileStreamedPrograms(request, budgetBytes);
  if (!programs) return null;
  const { memory, batchSize, cost } = programs.at(-1)!;
  const fit = judgeFit(totalBytesOf(memory), budgetBytes);
  return { fit, memory, batchSize, cost: costOfStep(cost, Math.ceil(batch.batchSize / batchSize)) };
}

function estimateShape(
  model: DecoderModel,
  trainable: Trainable,
  batch: BatchShape,
  options: CompileOptions,
): TrainingMemory {
  return estimateTraining(buildTrainingGraphs(model, trainable, batch, options), options.weights ?? 'mapped');
}

function adviseOn(
  batch: BatchShape,
  memory: TrainingMemory,
  fits: (shape: BatchShape) => boolean,
  budgetBytes: number,
): string {
  const smaller = smallerShapes(batch);
  // Where the smallest is too large, no other needs to be tried.
  const smallest = smaller.at(-1);
  const isHopeless = !smallest || !fits(smallest.shape);
  const fitting = isHopeless ? undefined : smaller.find(({ shape }) => fits(shape));
  return fitting?.advice ?? weightsAlone(memory, budgetBytes);
}

/** Smaller batches first, then shorter rows too: a smaller batch changes only how long a step takes. */
function smallerShapes(batch: BatchShape): { shape: BatchShape; advice: string }[] {
  const { batchSize, sequenceLength, maxSupervised: _all, ...rest } = batch;
  const halves = (n: number, least: number) =>
    Array.from({ length: 12 }, (_, i) => Math.floor(n / 2 ** (i + 1))).filter((half) => half >= least);
  const batches = halves(batchSize, 1).map((size) => ({
    shape: { ...rest, batchSize: size, sequenceLength },
    advice: `Take ${size} instead of ${batchSize} rows at a time.`,
  }));
  const lengths = halves(sequenceLength, 32).map((length) => ({
    shape: { ...rest, batchSize: 1, sequenceLength: length },
    advice: `Cut rows at ${length} instead of ${sequenceLength} tokens${batchSize > 1 ? ', and take one at a time' : ''}.`,
  }));
  return [...batches, ...lengths];
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;

const weightsAlone = (memory: TrainingMemory, budgetBytes: number) =>
  `Weights and adapter alone take ${megabytes(totalBytesOf({ ...memory, activations: 0 }))} of ${megabytes(budgetBytes)}: choose a smaller model, fewer bits or a lower rank.`;
