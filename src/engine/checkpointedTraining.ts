import { RuntimeFailure } from '../runtime/failure.ts';
import type { TrainingCheckpoint } from '../training/checkpoint.ts';
import { TrainingControl } from '../training/control.ts';
import type { TrainingEvent } from '../training/trainingEvents.ts';

/** Where one training's last checkpoint is kept, so that an interruption costs little more than `everySeconds` of it. */
export interface CheckpointPlace {
  readonly everySeconds: number;
  /** Null where there is none that can be read. */
  read(): Promise<TrainingCheckpoint | null>;
  /** Replaces the last one. Never rejects: a training without checkpoints is still worth its result. */
  write(checkpoint: TrainingCheckpoint): Promise<void>;
}

/** What a training needs to leave checkpoints, and to go on from one. */
export interface Resumption {
  readonly control: TrainingControl;
  readonly resumeFrom?: TrainingCheckpoint;
}

type Training<Result> = AsyncGenerator<TrainingEvent, Result>;
type Start<Result> = (resumption: Resumption) => Training<Result>;

/**
 * Trains from the last checkpoint where there is one, and leaves further ones; the result is bit for bit that of a
 * training that was never interrupted. A checkpoint that this training refuses (of another version's settings) is left
 * aside.
 */
export async function* trainWithCheckpoints<Result>(
  place: CheckpointPlace,
  start: Start<Result>,
): Training<Result> {
  const resumeFrom = await place.read();
  const progress = { hasStarted: false };
  try {
    return yield* keepCheckpoints(place, start, resumeFrom, progress);
  } catch (error) {
    if (!resumeFrom || progress.hasStarted || !isRefusal(error)) throw error;
    return yield* keepCheckpoints(place, start, null, progress);
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof Error && error.name !== 'AbortError' && !(error instanceof RuntimeFailure);

/**
 * A pause makes the loop hand out a checkpoint before it waits; resumed at once, it does not wait. Those events stay
 * here: for everyone else the training was never paused.
 */
async function* keepCheckpoints<Result>(
  place: CheckpointPlace,
  start: Start<Result>,
  resumeFrom: TrainingCheckpoint | null,
  progress: { hasStarted: boolean },
): Training<Result> {
  const control = new TrainingControl();
  const training = start({ control, ...(resumeFrom && { resumeFrom }) });
  let last = performance.now();
  try {
    for (;;) {
      const next = await training.next();
      if (next.done) return next.value;
      const event = next.value;
      progress.hasStarted ||= event.type === 'started';
      if ('checkpoint' in event) {
        await place.write(event.checkpoint);
        last = performance.now();
        control.resume();
      }
      if (event.type !== 'paused') yield event;
      if (event.type === 'step' && performance.now() - last >= 1000 * place.everySeconds) control.pause();
    }
  } finally {
    await training.return(undefined as never);
  }
}
