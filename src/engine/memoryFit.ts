import type { Recompute } from '../autodiff/recompute.ts';
import { totalBytesOf, type TrainingMemory } from '../graph/memoryEstimate.ts';

/** Whether training has room in a device's memory; `tight` leaves little for anything else. */
export type Fit = 'fits' | 'tight' | 'does not fit';

/** Bytes that training may take where nobody says how many. */
export const defaultMemoryBudget = 4e9;

/** Share of the budget up to which nothing needs to be said. */
const comfortable = 0.8;

/** Says whether `totalBytes` have room in `budgetBytes`. */
export function judgeFit(totalBytes: number, budgetBytes: number): Fit {
  if (totalBytes <= comfortable * budgetBytes) return 'fits';
  return totalBytes <= budgetBytes ? 'tight' : 'does not fit';
}

/** What was built to fit a budget, and how. */
export interface Fitted<Built> {
  readonly built: Built;
  readonly fit: Fit;
  readonly recompute: Recompute;
}

/**
 * Builds for `budgetBytes` of device memory. Where keeping all that backpropagation reads would not fit comfortably, what
 * elementwise ops yield is computed again, which costs next to nothing; where that does not suffice whole layers, which
 * takes about a third longer.
 */
export function chooseRecompute<Built extends { readonly memory: TrainingMemory }>(
  build: (recompute: Recompute) => Built,
  budgetBytes: number,
): Fitted<Built> {
  const judged = (recompute: Recompute) => {
    const built = build(recompute);
    return { built, fit: judgeFit(totalBytesOf(built.memory), budgetBytes), recompute };
  };
  for (const recompute of ['none', 'elementwise'] as const) {
    const fitted = judged(recompute);
    if (fitted.fit === 'fits') return fitted;
  }
  return judged('perLayer');
}

/** The ways to train a model, each as what is run or as what that takes. */
export interface TrainingWays<Whole, Pieces> {
  /** With all weights at hand, so many rows at a time. */
  readonly whole: (batchSize: number, recompute: Recompute) => Whole;
  /** Piece by piece within so many bytes; null where that does not suffice for a row. */
  readonly inPieces: (budgetBytes: number) => Pieces | null;
}

/** How a model is trained: in pieces, where there are any. */
export interface TrainingChoice<Whole, Pieces> {
  /** As many rows as fit, or a single one that does not. */
  readonly whole: Fitted<Whole>;
  readonly pieces: Pieces | null;
}

/**
 * Decides how to train within `budgetBytes`: with all weights at hand and as many rows at a time as fit, or piece by
 * piece where not even one does. A budget that is a guess (`isGuess`) is no reason for that: then the device decides.
 */
export function chooseTraining<Whole extends { readonly memory: TrainingMemory }, Pieces>(
  ways: TrainingWays<Whole, Pieces>,
  batchSize: number,
  { budgetBytes, isGuess }: { readonly budgetBytes: number; readonly isGuess: boolean },
): TrainingChoice<Whole, Pieces> {
  const whole = chooseRows(ways.whole, batchSize, budgetBytes);
  const isWhole = isGuess || whole.fit !== 'does not fit';
  return { whole, pieces: isWhole ? null : ways.inPieces(budgetBytes) };
}

/** With as many rows at a time as fit, or a single one. */
function chooseRows<Built extends { readonly memory: TrainingMemory }>(
  build: (batchSize: number, recompute: Recompute) => Built,
  batchSize: number,
  budgetBytes: number,
): Fitted<Built> {
  const fitted = chooseRecompute((recompute) => build(batchSize, recompute), budgetBytes);
  if (fitted.fit !== 'does not fit' || batchSize === 1) return fitted;
  const { weights, state } = fitted.built.memory;
  // Fewer rows spare nothing of what weights and adapter take.
  const isHopeless = weights + state > budgetBytes;
  return chooseRows(build, isHopeless ? 1 : Math.floor(batchSize / 2), budgetBytes);
}
