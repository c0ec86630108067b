import type { DeviceTensor, Feeds, PortMetadata, Session } from '../runtime/device.ts';

/** Tensors for a session's adapter inputs, by input name. Whoever made them disposes them. */
export type AdapterTensors = Readonly<Record<string, DeviceTensor>>;

/** Long enough to cost nothing, short enough that an abort message to a worker is heard at once. */
const yieldEveryMilliseconds = 25;

/**
 * A session as transformers.js wants to see it: the adapter's inputs are hidden and fed here, from whichever
 * adapter is bound at the time, so adapters are exchanged without a new session.
 *
 * A failing run is kept in `failure` and answered with no outputs: in a browser transformers.js chains every run
 * behind the one before, and one rejection would reject all later runs of the page.
 */
export class AdapterSession {
  readonly inputNames: readonly string[];
  readonly inputMetadata: readonly PortMetadata[];
  readonly outputNames: readonly string[];
  readonly outputMetadata: readonly PortMetadata[];
  readonly #session: Session;
  #adapter: AdapterTensors = {};
  #failure: unknown = null;
  #lastYield = 0;

  /** `hidden` are the names of the adapter's inputs. */
  constructor(session: Session, hidden: ReadonlySet<string>) {
    this.#session = session;
    this.inputNames = session.inputNames.filter((name) => !hidden.has(name));
    this.inputMetadata = session.inputMetadata.filter(({ name }) => !hidden.has(name));
    this.outputNames = session.outputNames;
    this.outputMetadata = session.outputMetadata;
  }

  /** What the last failing run threw. */
  get failure(): unknown {
    return this.#failure;
  }

  clearFailure(): void {
    this.#failure = null;
  }

  /** The adapter of the runs to come. */
  bind(adapter: AdapterTensors): void {
    this.#adapter = adapter;
  }

  /** Runs once; `feeds` hold all inputs but the adapter's. The caller owns the results. */
  async step(feeds: Feeds): Promise<Record<string, DeviceTensor>> {
    await this.#letMessagesIn();
    return this.#session.run({ ...feeds, ...this.#adapter });
  }

  /** The same as transformers.js calls it. */
  async run(feeds: Feeds): Promise<Record<string, DeviceTensor>> {
    try {
      return await this.step(feeds);
    } catch (error) {
      this.#failure = error;
      return {};
    }
  }

  /** Nothing to do: the session belongs to whoever created it. */
  async release(): Promise<void> {}

  /** On WebAssembly a run never leaves the task it was called in, and a worker hears messages only between tasks. */
  async #letMessagesIn(): Promise<void> {
    const now = performance.now();
    if (now - this.#lastYield < yieldEveryMilliseconds) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#lastYield = performance.now();
  }
}
