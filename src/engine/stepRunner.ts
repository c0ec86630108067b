import { initializeAdapter } from '../lora/initializeAdapter.ts';
import type { ParameterLayout } from '../graph/parameterLayout.ts';
import { createRandom } from '../random.ts';
import type { Device, DeviceTensor, WeightFiles } from '../runtime/device.ts';
import { discard } from '../runtime/discard.ts';
import { tokenizedRow, type TokenizedRow } from '../text/tokenizedRow.ts';
import { totalSupervised } from '../training/batches.ts';
import { OptimizerState } from '../training/optimizerState.ts';
import type { TrainingProgram } from '../training/program.ts';
import { TrainingSessions } from '../training/trainingSessions.ts';

export interface RunnerInput {
  readonly device: Device;
  readonly program: TrainingProgram & { readonly layout: ParameterLayout };
  readonly weights: WeightFiles;
  readonly rows: readonly TokenizedRow[];
}

/** The parts of a training step one by one, on the same rows again and again, through the sessions that training has. */
export class StepRunner {
  readonly #sessions: TrainingSessions;
  readonly #state: OptimizerState;
  readonly #rows: readonly TokenizedRow[];
  readonly #weight: number;
  #gradient: DeviceTensor | undefined;
  #step = 0;

  private constructor(sessions: TrainingSessions, state: OptimizerState, rows: readonly TokenizedRow[]) {
    this.#sessions = sessions;
    this.#state = state;
    this.#rows = rows;
    this.#weight = 1 / totalSupervised(rows);
  }

  /** Creates the optimizer's session; those of the other graphs come with their first runs. */
  static async open({ device, program, weights, rows }: RunnerInput): Promise<StepRunner> {
    const sessions = new TrainingSessions(device, [program], weights);
    const random = createRandom('bench');
    const parameters = initializeAdapter(program.layout, () => random.next());
    const start = () => new Float32Array(program.layout.size);
    try {
      const vectors = { parameters, firstMoment: start(), secondMoment: start() };
      const state = new OptimizerState(device, await sessions.optimizer(), vectors);
      return new StepRunner(sessions, state, rows);
    } catch (error) {
      await sessions.dispose();
      throw error;
    }
  }

  /** The loss alone. */
  forward = (): Promise<number> => {
    const { parameters, zeroGradient: gradient } = this.#state;
    return this.#sessions.evaluate(this.#rows, { parameters, gradient });
  };

  /** Loss and gradient, which is kept for the optimizer. */
  training = async (): Promise<number> => {
    const { parameters, zeroGradient } = this.#state;
    const state = { parameters, gradient: zeroGradient };
    const { loss, gradient } = await this.#sessions.gradient(this.#rows, this.#weight, state);
    this.#dropGradient();
    this.#gradient = gradient;
    return loss;
  };

  /** An optimizer step with the gradient of the last `training`. */
  optimizer = async (): Promise<number> => {
    if (!this.#gradient) throw new Error('An optimizer step needs a gradient: run the training graph first.');
    const settings = { step: ++this.#step, learningRate: 1e-4, weightDecay: 0, maxGradNorm: 1 };
    return this.#state.step(this.#gradient, settings);
  };

  async dispose(): Promise<void> {
    this.#dropGradient();
    this.#state.dispose();
    await this.#sessions.dispose();
  }

  #dropGradient(): void {
    if (this.#gradient) discard(this.#gradient);
    this.#gradient = undefined;
  }
}

/**
 * Rows of tokens that nothing is behind. The loss counts the last `supervised` share of each, but never the first token,
 * which nothing predicts.
 */
export function benchRows(
  count: number,
  length: number,
  vocabularySize: number,
  supervised = 1,
): TokenizedRow[] {
  const start = Math.max(1, length - Math.max(1, Math.round(supervised * length)));
  return Array.from({ length: count }, (_, row) => {
    const ids = Array.from({ length }, (_, i) => ((row * length + i) * 7919 + 13) % vocabularySize);
    return tokenizedRow(ids, ids.map((_, i) => i >= start)); // prettier-ignore
  });
}

/** Times works in turn, so that whatever else the machine does meets all of them alike; yields after each round. */
export async function* inTurn<Name extends string>(
  works: Readonly<Record<Name, () => Promise<unknown>>>,
  rounds: number,
): AsyncGenerator<number, Record<Name, number[]>> {
  const names = Object.keys(works) as Name[];
  const seconds = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 1; round <= rounds; round++) {
    for (const name of names) {
      const start = performance.now();
      await works[name]();
      seconds[name].push((performance.now() - start) / 1000);
    }
    yield round;
  }
  return seconds;
}
