import type { DeviceTensor } from '../runtime/device.ts';
import { discard } from '../runtime/discard.ts';
import type { OptimizerState, OptimizerVectors, StepSettings } from './optimizerState.ts';
import type { StepProgram } from './program.ts';
import { pending, type GradientRequest, type Pending, type Steps } from './steps.ts';
import type { TrainingSessions } from './trainingSessions.ts';

/** Steps whose every run yields new tensors, as on any device; each is waited for. */
export class AllocatingSteps implements Steps {
  readonly isAhead = false;
  readonly #sessions: TrainingSessions;
  readonly #state: OptimizerState;
  #gradient: DeviceTensor | undefined;

  constructor(sessions: TrainingSessions, state: OptimizerState) {
    this.#sessions = sessions;
    this.#state = state;
  }

  get parameters(): DeviceTensor {
    return this.#state.parameters;
  }

  get anyGradient(): DeviceTensor {
    return this.#state.zeroGradient;
  }

  async gradient({ rows, weight, lossScale, signal }: GradientRequest): Promise<Pending> {
    this.#drop();
    const { parameters } = this;
    let loss = 0;
    try {
      for (const microbatch of this.#sessions.microbatches(rows)) {
        signal?.throwIfAborted();
        const gradient = this.#gradient ?? this.#state.zeroGradient;
        const state = { parameters, gradient, ...(lossScale && { lossScale }) };
        const result = await this.#sessions.gradient(microbatch, weight, state);
        this.#drop();
        this.#gradient = result.gradient;
        loss += result.loss;
      }
      return pending(loss);
    } catch (error) {
      this.#drop();
      throw error;
    }
  }

  async update(settings: StepSettings): Promise<Pending> {
    if (!this.#gradient) throw new Error('An optimizer step needs a gradient: compute one first.');
    try {
      return pending(await this.#state.step(this.#gradient, settings));
    } finally {
      this.#drop();
    }
  }

  replacePrograms(programs: readonly StepProgram[]): Promise<void> {
    return this.#sessions.replacePrograms(programs);
  }

  download(): Promise<OptimizerVectors> {
    return this.#state.download();
  }

  async dispose(): Promise<void> {
    this.#drop();
    this.#state.dispose();
  }

  #drop(): void {
    if (this.#gradient) discard(this.#gradient);
    this.#gradient = undefined;
  }
}
