import { initializeAdapter } from '../lora/initializeAdapter.ts';
import type { ParameterLayout } from '../graph/parameterLayout.ts';
import { createRandom } from '../random.ts';
import type { Device, WeightFiles } from '../runtime/device.ts';
import { tokenizedRow, type TokenizedRow } from '../text/tokenizedRow.ts';
import { totalSupervised } from '../training/batches.ts';
import { openSteps } from '../training/openSteps.ts';
import type { TrainingProgram } from '../training/program.ts';
import type { Pending, Steps } from '../training/steps.ts';
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
  readonly #steps: Steps;
  readonly #rows: readonly TokenizedRow[];
  readonly #weight: number;
  #step = 0;

  private constructor(sessions: TrainingSessions, steps: Steps, rows: readonly TokenizedRow[]) {
    this.#sessions = sessions;
    this.#steps = steps;
    this.#rows = rows;
    this.#weight = 1 / totalSupervised(rows);
  }

  /** The sessions of the graphs come with their first runs. */
  static async open({ device, program, weights, rows }: RunnerInput): Promise<StepRunner> {
    const sessions = new TrainingSessions(device, [program], weights);
    const random = createRandom('bench');
    const parameters = initializeAdapter(program.layout, () => random.next());
    const start = () => new Float32Array(program.layout.size);
    try {
      const vectors = { parameters, firstMoment: start(), secondMoment: start() };
      return new StepRunner(sessions, await openSteps(device, sessions, vectors), rows);
    } catch (error) {
      await sessions.dispose();
      throw error;
    }
  }

  /** The loss alone. */
  forward = (): Promise<number> => {
    const { parameters, anyGradient: gradient } = this.#steps;
    return this.#sessions.evaluate(this.#rows, { parameters, gradient });
  };

  /** Loss and gradient, which is kept for the optimizer. */
  training = async (): Promise<number> => (await this.#gradient()).value;

  /** An optimizer step with the gradient of the last `training`. */
  optimizer = async (): Promise<number> => (await this.#update()).value;

  /** Seconds until both were submitted, of a step that nobody waits for meanwhile; it is computed when this resolves. */
  submission = async (): Promise<number> => {
    const start = performance.now();
    const numbers = [await this.#gradient(), await this.#update()];
    const seconds = (performance.now() - start) / 1000;
    await Promise.all(numbers.map(({ value }) => value));
    return seconds;
  };

  async dispose(): Promise<void> {
    await this.#steps.dispose();
    await this.#sessions.dispose();
  }

  #gradient(): Promise<Pending> {
    return this.#steps.gradient({ rows: this.#rows, weight: this.#weight });
  }

  #update(): Promise<Pending> {
    const settings = { step: ++this.#step, learningRate: 1e-4, weightDecay: 0, maxGradNorm: 1 };
    return this.#steps.update(settings, false);
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
