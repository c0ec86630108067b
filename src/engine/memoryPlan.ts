import type { Recompute } from '../autodiff/recompute.ts';
import {
  buildTrainingGraphs,
  type BatchShape,
  type DecoderModel,
  type Trainable,
} from '../compileTrainingModel.ts';
import { estimateTraining, type TrainingMemory } from '../graph/memoryEstimate.ts';

/** Whether training has room in a device's memory; `tight` leaves little for anything else. */
export type Fit = 'fits' | 'tight' | 'does not fit';

/** What training a model in some batch shape takes, and how it should be compiled for that. */
export interface MemoryPlan {
  readonly fit: Fit;
  readonly recompute: Recompute;
  readonly memory: TrainingMemory;
  /** Weights, activations and adapter state together, in bytes. */
  readonly totalBytes: number;
  /** What to change, as a sentence each; empty where it fits. */
  readonly advice: readonly string[];
}

/** Share of the budget up to which nothing needs to be said. */
const comfortable = 0.8;

/** Says whether `totalBytes` have room in `budgetBytes`. */
export function judgeFit(totalBytes: number, budgetBytes: number): Fit {
  if (totalBytes <= comfortable * budgetBytes) return 'fits';
  return totalBytes <= budgetBytes ? 'tight' : 'does not fit';
}

/**
 * Chooses how to train within `budgetBytes` of device memory: layers are computed again for backpropagation only where
 * keeping them would not fit comfortably, since that takes about a third longer. Reads graphs alone, no weights.
 * @throws naming op and node when the model cannot be trained
 */
export function planMemory(
  model: DecoderModel,
  trainable: Trainable,
  batch: BatchShape,
  budgetBytes: number,
): MemoryPlan {
  const estimate = (shape: BatchShape, recompute: Recompute) =>
    estimatePlan(model, trainable, shape, recompute, budgetBytes);
  const kept = estimate(batch, 'none');
  if (kept.fit === 'fits') return kept;
  const again = estimate(batch, 'perLayer');
  if (again.fit === 'fits') return again;
  const fitting = smallerShapes(batch).find(({ shape }) => estimate(shape, 'perLayer').fit === 'fits');
  return { ...again, advice: [fitting?.advice ?? weightsAlone(again.memory, budgetBytes)] };
}

function estimatePlan(
  model: DecoderModel,
  trainable: Trainable,
  batch: BatchShape,
  recompute: Recompute,
  budgetBytes: number,
): MemoryPlan {
  const { training, layout } = buildTrainingGraphs(model, trainable, batch, { recompute });
  const memory = estimateTraining(training, layout.size);
  const totalBytes = memory.weights + memory.activations + memory.state;
  return { fit: judgeFit(totalBytes, budgetBytes), recompute, memory, totalBytes, advice: [] };
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

const weightsAlone = ({ weights, state }: TrainingMemory, budgetBytes: number) =>
  `Weights and adapter alone take ${megabytes(weights + state)} of ${megabytes(budgetBytes)}: choose a smaller model, fewer bits or a lower rank.`;
