import type { ByteStore } from '../storage/byteStore.ts';
import { CheckpointFormatError, decodeCheckpoint, encodeCheckpoint } from '../training/checkpoint.ts';
import type { CheckpointPlace } from './checkpointedTraining.ts';

/** As much as a person would rather not wait for again; writing one takes a fraction of a second. */
const usualSeconds = 20;

/** Keeps a training's checkpoint under `name`. One that is damaged counts as none; `onRefused` hears of a full disk. */
export function storedCheckpoint(
  bytes: ByteStore,
  name: string,
  { everySeconds = usualSeconds, onRefused = (): void => undefined } = {},
): CheckpointPlace {
  return {
    everySeconds,
    read: async () => {
      const file = await bytes.read(name).catch(() => null);
      return file && decodeOrNull(file);
    },
    write: async (checkpoint) => {
      await bytes.write(name, encodeCheckpoint(checkpoint)).catch(onRefused);
    },
  };
}

function decodeOrNull(file: Uint8Array) {
  try {
    return decodeCheckpoint(file);
  } catch (error) {
    if (error instanceof CheckpointFormatError) return null;
    throw error;
  }
}
