import type { TrainingMemory } from '../graph/memoryEstimate.ts';
import type { WeightInput } from '../graph/weightStorage.ts';
import type { BatchShape } from './batches.ts';
import type { StreamedProgram } from './streamedProgram.ts';

/** Graphs compiled for one batch shape, as `compileTrainingModel` yields them. */
export interface TrainingProgram extends BatchShape {
  /** Loss and gradient. */
  readonly trainingGraph: Uint8Array;
  /** Loss only; `null` where evaluation runs the training graph, so that the weights are on the device once. */
  readonly forwardGraph: Uint8Array | null;
  /** Whether its sessions should rather take little memory than keep freed buffers for speed. */
  readonly isLean?: boolean;
  /** Whether its sessions keep quantized matrices as floats besides, instead of computing them in every step. */
  readonly keepsFloats?: boolean;
  /** Whether its steps should be recorded once and repeated, on devices that can; then they hold what they compute in. */
  readonly captures?: boolean;
  /**
   * What activations are computed in, float32 where it is left out. The training graph for `'float16'` is also fed
   * `loss_scale` [1], which its gradient is multiplied by inside, and divided by at last.
   */
  readonly activations?: 'float16' | 'float32';
  /** What a step takes by estimate, where that is known. */
  readonly memory?: TrainingMemory;
  /** Clipping and AdamW over the flat parameter vector. */
  readonly optimizerGraph: Uint8Array;
  /** Weights that its graphs take as inputs, for devices that share them between sessions; none where it is left out. */
  readonly weightInputs?: readonly WeightInput[];
  /** How the trained tensors share one flat vector; the same in all programs of a run. */
  readonly layout: { readonly size: number };
}

/** How a step is computed: in one session, or piece by piece where the weights do not fit. */
export type StepProgram = TrainingProgram | StreamedProgram;

/** Whether a program's gradients pass through half precision, and so need their loss scaled. */
export const isInHalf = (program: StepProgram): boolean =>
  'activations' in program && program.activations === 'float16';

/** The programs by length, smallest first. Throws when there is none, or they disagree on the parameters. */
export function sortPrograms(programs: readonly StepProgram[]): StepProgram[] {
  const sorted = [...programs].sort((a, b) => a.sequenceLength - b.sequenceLength);
  const first = sorted[0];
  if (!first) throw new Error('Training needs at least one compiled program.');
  const other = sorted.find((program) => program.layout.size !== first.layout.size);
  if (other) {
    throw new Error(
      `The compiled programs disagree on the number of parameters: ${first.layout.size} for ${first.sequenceLength} tokens, ${other.layout.size} for ${other.sequenceLength}.`,
    );
  }
  return sorted;
}
