import type { WeightInput } from '../graph/weightStorage.ts';
import type { DeviceTensor, Feeds, TensorData, TensorType, WeightFile } from './device.ts';
import type { OrtSession } from './ortSession.ts';
import { readFromFiles } from './weightBytes.ts';

/** Copies a weight to the device; the caller owns the tensor. */
type Upload = (data: TensorData, dims: readonly number[], type: TensorType) => DeviceTensor;

interface SharedWeight {
  readonly tensor: Promise<DeviceTensor>;
  holders: number;
}

/** Weights that a session is fed, there until they are released. */
export interface HeldWeights {
  readonly feeds: Feeds;
  readonly release: () => void;
}

/** The weights on a device that its sessions share: each is read and uploaded for the first that needs it. */
export class SharedWeights {
  readonly #upload: Upload;
  /** By the file's contents, then by stretch and type. */
  readonly #weights = new Map<WeightFile['data'], Map<string, SharedWeight>>();

  constructor(upload: Upload) {
    this.#upload = upload;
  }

  /** Tensors for `inputs`, read from `files` one after another where they are not there yet. Throws `RuntimeFailure`. */
  async hold(files: readonly WeightFile[], inputs: readonly WeightInput[]): Promise<HeldWeights> {
    const releases: (() => void)[] = [];
    const release = () => releases.splice(0).forEach((each) => each());
    const feeds: Record<string, DeviceTensor> = {};
    try {
      for (const input of inputs) {
        const { tensor, drop } = this.#take(files, input);
        releases.push(drop);
        feeds[input.name] = await tensor;
      }
    } catch (error) {
      release();
      throw error;
    }
    return { feeds, release };
  }

  #take(files: readonly WeightFile[], input: WeightInput) {
    const data = files.find(({ path }) => path === input.path)?.data ?? new Uint8Array();
    const ofFile = this.#weights.get(data) ?? new Map<string, SharedWeight>();
    const { offset, length, elementType, dims } = input;
    const key = JSON.stringify([offset, length, elementType, dims]);
    const weight = ofFile.get(key) ?? { tensor: this.#read(files, input), holders: 0 };
    weight.holders++;
    this.#weights.set(data, ofFile.set(key, weight));
    const drop = () => {
      if (--weight.holders > 0) return;
      ofFile.delete(key);
      if (ofFile.size === 0) this.#weights.delete(data);
      // What could not be read was never there.
      weight.tensor.then((tensor) => tensor.dispose()).catch(() => undefined);
    };
    return { tensor: weight.tensor, drop };
  }

  async #read(files: readonly WeightFile[], input: WeightInput): Promise<DeviceTensor> {
    const { path, offset, length, dims } = input;
    const bytes = new Uint8Array(length);
    await readFromFiles({ files }, [{ path, offset, length, at: 0 }], bytes);
    const type = input.elementType as keyof typeof arrays;
    return this.#upload(new arrays[type](bytes.buffer), dims, type);
  }
}

const arrays = {
  float32: Float32Array,
  float16: Uint16Array,
  int32: Int32Array,
  uint8: Uint8Array,
} as const;

/** The session with some of its inputs fed with weights, which it releases at last. */
export function fedWith(session: OrtSession, { feeds: held, release }: HeldWeights): OrtSession {
  const isFree = (name: string) => !Object.hasOwn(held, name);
  return {
    inputNames: session.inputNames.filter(isFree),
    outputNames: session.outputNames,
    inputMetadata: session.inputMetadata.filter(({ name }) => isFree(name)),
    outputMetadata: session.outputMetadata,
    run: (feeds, fetches) => session.run({ ...feeds, ...held } as Record<string, never>, fetches),
    release: async () => {
      await session.release();
      release();
    },
  };
}
