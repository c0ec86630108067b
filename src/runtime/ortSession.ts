import type { DeviceTensor, Feeds, PortMetadata, Session } from './device.ts';
import { describeFailure, RuntimeFailure } from './failure.ts';

/** The part of onnxruntime's InferenceSession that both of its packages share. */
export interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly inputMetadata: readonly PortMetadata[];
  readonly outputMetadata: readonly PortMetadata[];
  run(feeds: Record<string, never>, fetches: readonly string[]): Promise<Record<string, DeviceTensor>>;
  release(): Promise<void>;
}

/** Gives an onnxruntime session our interface: named errors, and no use after dispose. */
export class WrappedSession implements Session {
  readonly #session: OrtSession;
  readonly #label: string;
  readonly #onDispose: (session: WrappedSession) => void;
  #open = true;

  constructor(session: OrtSession, label: string, onDispose: (session: WrappedSession) => void) {
    this.#session = session;
    this.#label = label;
    this.#onDispose = onDispose;
  }

  get inputNames(): readonly string[] {
    return this.#session.inputNames;
  }

  get outputNames(): readonly string[] {
    return this.#session.outputNames;
  }

  get inputMetadata(): readonly PortMetadata[] {
    return this.#session.inputMetadata;
  }

  get outputMetadata(): readonly PortMetadata[] {
    return this.#session.outputMetadata;
  }

  async run(
    feeds: Feeds,
    fetches: readonly string[] = this.outputNames,
  ): Promise<Record<string, DeviceTensor>> {
    if (!this.#open)
      throw new RuntimeFailure('run-failed', `The ${this.#label} was run after its session was released.`);
    const missing = this.inputNames.filter((name) => !(name in feeds));
    if (missing.length > 0) {
      throw new RuntimeFailure('run-failed', `The ${this.#label} lacks its inputs ${missing.join(', ')}.`);
    }
    try {
      // The tensors are onnxruntime's own; only their static type was narrowed to DeviceTensor.
      return await this.#session.run(feeds as Record<string, never>, fetches);
    } catch (error) {
      throw describeFailure(error, this.#label, 'run-failed');
    }
  }

  async dispose(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#onDispose(this);
    await this.#session.release();
  }
}
