import type { CheckpointPlace } from '../src/engine/checkpointedTraining.ts';
import type { ByteStore } from '../src/storage/byteStore.ts';
import { checkpointFile, type TrainingName } from '../src/storage/runFiles.ts';
import { CheckpointFormatError, decodeCheckpoint, encodeCheckpoint } from '../src/training/checkpoint.ts';

/** As much as a person would rather not wait for again; writing one takes a fraction of a second. */
const usualSeconds = 20;

const refused =
  'This training cannot be kept on disk: it goes on, but an interruption would begin it anew. If this browser has no room left, delete stored models or runs on the Start page.';

/** The checkpoints of one run's trainings. */
export class RunCheckpoints {
  readonly #bytes: ByteStore;
  readonly #runId: string;
  readonly #everySeconds: number;
  #isRefused = false;
  #isTold = false;

  constructor(bytes: ByteStore, runId: string, everySeconds = usualSeconds) {
    this.#bytes = bytes;
    this.#runId = runId;
    this.#everySeconds = everySeconds;
  }

  placeOf(training: TrainingName): CheckpointPlace {
    const name = checkpointFile(this.#runId, training);
    return {
      everySeconds: this.#everySeconds,
      read: async () => {
        const file = await this.#bytes.read(name).catch(() => null);
        return file && decodeOrNull(file);
      },
      write: async (checkpoint) => {
        await this.#bytes.write(name, encodeCheckpoint(checkpoint)).catch(() => (this.#isRefused = true));
      },
    };
  }

  /** What a person should know once, after the disk refused a checkpoint. */
  takeNote(): string | null {
    if (!this.#isRefused || this.#isTold) return null;
    this.#isTold = true;
    return refused;
  }
}

function decodeOrNull(file: Uint8Array) {
  try {
    return decodeCheckpoint(file);
  } catch (error) {
    if (error instanceof CheckpointFormatError) return null;
    throw error;
  }
}
