import type { DeviceTensor, Feeds, Session } from './device.ts';
import { RuntimeFailure } from './failure.ts';
import type { BoundSession } from './fixedTensors.ts';
import type { Recorder } from './gpuRecording.ts';

/** Creates the session anew; one that captures may be refused. */
type Create = (captures: boolean) => Promise<Session>;

interface Gpu {
  readonly record: () => Recorder;
  /** Throws when the GPU is lost. */
  readonly check: () => void;
}

/**
 * A session whose first run is recorded, and one that is not where the graph does not allow it. onnxruntime holds what a
 * captured run was computed in; what it told the GPU we repeat ourselves, since onnxruntime would look at every weight
 * again first, and submit every sixteen kernels. It records kernels only: where the first run also copies, or runs a node
 * on the CPU, later ones would be wrong without a word, so then nothing is recorded.
 */
export class CapturedSession implements BoundSession {
  readonly #create: Create;
  readonly #tensors: Feeds;
  readonly #gpu: Gpu;
  #session: Session;
  #isCaptured: boolean;
  #repeat: (() => void) | null = null;
  #outputs: Record<string, DeviceTensor> = {};

  private constructor(
    create: Create,
    tensors: Feeds,
    gpu: Gpu,
    opened: { readonly session: Session; readonly isCaptured: boolean },
  ) {
    this.#create = create;
    this.#tensors = tensors;
    this.#gpu = gpu;
    this.#session = opened.session;
    this.#isCaptured = opened.isCaptured;
  }

  static async open(create: Create, tensors: Feeds, gpu: Gpu): Promise<CapturedSession> {
    const captured = await unlessRefused(create(true));
    const opened = { session: captured ?? (await create(false)), isCaptured: captured !== null };
    return new CapturedSession(create, tensors, gpu, opened);
  }

  get isCaptured(): boolean {
    return this.#isCaptured;
  }

  async run(): Promise<Feeds> {
    if (this.#repeat) {
      this.#gpu.check();
      this.#repeat();
    } else if (this.#isCaptured) await this.#runFirst();
    else await this.#runOnce();
    return this.#outputs;
  }

  dispose(): Promise<void> {
    this.#drop();
    return this.#session.dispose();
  }

  async #runFirst(): Promise<void> {
    const recorder = this.#gpu.record();
    await unlessRefused(this.#runOnce()).finally(() => (this.#repeat = recorder.stop()));
    if (this.#repeat && Object.keys(this.#outputs).length > 0) return;
    await this.dispose();
    this.#isCaptured = false;
    this.#session = await this.#create(false);
    await this.#runOnce();
  }

  async #runOnce(): Promise<void> {
    this.#drop();
    const { inputNames } = this.#session;
    const bound = inputNames.flatMap((name) => (this.#tensors[name] ? [[name, this.#tensors[name]]] : []));
    this.#outputs = await this.#session.run(Object.fromEntries(bound) as Feeds);
  }

  #drop(): void {
    Object.values(this.#outputs).forEach((output) => output.dispose());
    this.#outputs = {};
  }
}

/** Failures that say nothing but that a graph cannot be recorded. */
const refusals: readonly string[] = ['capture-refused', 'cpu-fallback'];

async function unlessRefused<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof RuntimeFailure && refusals.includes(error.kind)) return null;
    throw error;
  }
}
