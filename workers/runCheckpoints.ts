import type { CheckpointPlace } from '../src/engine/checkpointedTraining.ts';
import { storedCheckpoint } from '../src/engine/storedCheckpoints.ts';
import type { ByteStore } from '../src/storage/byteStore.ts';
import { checkpointFile, type TrainingName } from '../src/storage/runFiles.ts';

const refused =
  'This training cannot be kept on disk: it goes on, but an interruption would begin it anew. If this browser has no room left, delete stored models or runs on the Start page.';

/** The checkpoints of one run's trainings. */
export class RunCheckpoints {
  readonly #bytes: ByteStore;
  readonly #runId: string;
  readonly #everySeconds: number | undefined;
  #isRefused = false;
  #isTold = false;

  constructor(bytes: ByteStore, runId: string, everySeconds?: number) {
    this.#bytes = bytes;
    this.#runId = runId;
    this.#everySeconds = everySeconds;
  }

  placeOf(training: TrainingName): CheckpointPlace {
    return storedCheckpoint(this.#bytes, checkpointFile(this.#runId, training), {
      ...(this.#everySeconds !== undefined && { everySeconds: this.#everySeconds }),
      onRefused: () => void (this.#isRefused = true),
    });
  }

  /** What a person should know once, after the disk refused a checkpoint. */
  takeNote(): string | null {
    if (!this.#isRefused || this.#isTold) return null;
    this.#isTold = true;
    return refused;
  }
}
