import type { DeviceTensor, Feeds, Session } from './device.ts';
import { RuntimeFailure } from './failure.ts';
import type { BoundSession } from './fixedTensors.ts';

/** Creates the session anew; one that captures may be refused. */
type Create = (captures: boolean) => Promise<Session>;

/** Notes copies between buffers from now on; `stop` ends that and says how many there were. */
export type WatchCopies = () => { readonly stop: () => number };

/**
 * A session whose first run is recorded, and one that is not where the graph does not allow it. onnxruntime records kernels
 * only: nodes on the CPU and copies between buffers would be missing in every later run without a word, so that a first run
 * with any of them is the last one that was recorded.
 */
export class CapturedSession implements BoundSession {
  readonly #create: Create;
  readonly #tensors: Feeds;
  readonly #watchCopies: WatchCopies;
  #session: Session;
  #isCaptured: boolean;
  #hasRun = false;

  private constructor(
    create: Create,
    tensors: Feeds,
    watchCopies: WatchCopies,
    session: Session,
    isCaptured: boolean,
  ) {
    this.#create = create;
    this.#tensors = tensors;
    this.#watchCopies = watchCopies;
    this.#session = session;
    this.#isCaptured = isCaptured;
  }

  static async open(create: Create, tensors: Feeds, watchCopies: WatchCopies): Promise<CapturedSession> {
    const captured = await unlessRefused(create(true));
    const session = captured ?? (await create(false));
    return new CapturedSession(create, tensors, watchCopies, session, captured !== null);
  }

  get isCaptured(): boolean {
    return this.#isCaptured;
  }

  async run(): Promise<Record<string, DeviceTensor>> {
    const isFirst = this.#isCaptured && !this.#hasRun;
    const outputs = await (isFirst ? this.#runFirst() : this.#runOnce());
    this.#hasRun = true;
    return outputs;
  }

  dispose(): Promise<void> {
    return this.#session.dispose();
  }

  async #runFirst(): Promise<Record<string, DeviceTensor>> {
    const copies = this.#watchCopies();
    let found = 0;
    const ran = await unlessRefused(this.#runOnce()).finally(() => (found = copies.stop()));
    if (ran !== null && found === 0) return ran;
    Object.values(ran ?? {}).forEach((output) => output.dispose());
    await this.#session.dispose();
    this.#isCaptured = false;
    this.#session = await this.#create(false);
    return this.#runOnce();
  }

  #runOnce(): Promise<Record<string, DeviceTensor>> {
    const { inputNames } = this.#session;
    const bound = inputNames.flatMap((name) => (this.#tensors[name] ? [[name, this.#tensors[name]]] : []));
    return this.#session.run(Object.fromEntries(bound) as Feeds);
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
