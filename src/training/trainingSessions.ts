import type { Device, DeviceTensor, Feeds, Session, SessionSource, WeightFiles } from '../runtime/device.ts';
import type { TokenizedRow } from '../text/tokenizedRow.ts';
import { batchFeeds } from './batchFeeds.ts';
import { chooseShape, inMicrobatches, totalSupervised } from './batches.ts';
import { isInHalf, type StepProgram, type TrainingProgram } from './program.ts';
import { optimizerKeeps, takeScalar } from './optimizerState.ts';
import { StreamedSteps } from './streamedSteps.ts';

/** What a step is computed from besides its rows; the tensors stay the caller's. */
export interface StepState {
  readonly parameters: DeviceTensor;
  readonly gradient: DeviceTensor;
  /** For programs in half precision; 1 where it is left out. */
  readonly lossScale?: number;
}

type GraphName = 'trainingGraph' | 'forwardGraph';

const labels: Record<GraphName, string> = {
  trainingGraph: 'training graph',
  forwardGraph: 'evaluation graph',
};

/** The sessions of one run, created when first needed: a length that no batch has costs nothing. */
export class TrainingSessions {
  readonly #device: Device;
  #programs: readonly StepProgram[];
  readonly #optimizerGraph: Uint8Array;
  readonly #weights: WeightFiles;
  readonly #streamed: StreamedSteps;
  readonly #sessions = new Map<Uint8Array, Session>();

  /** `programs` ascend by length. */
  constructor(device: Device, programs: readonly StepProgram[], weights: WeightFiles) {
    this.#device = device;
    this.#programs = programs;
    this.#optimizerGraph = programs[0]!.optimizerGraph;
    this.#weights = weights;
    this.#streamed = new StreamedSteps(device, weights);
  }

  /** Divides a step's rows into those that are computed at a time. */
  microbatches(rows: readonly TokenizedRow[]): (readonly TokenizedRow[])[] {
    return inMicrobatches(rows, this.#programs.at(-1)!);
  }

  /** Rows that one microbatch may have, or lines where rows share them. */
  get batchSize(): number {
    return this.#programs[0]!.batchSize;
  }

  /** Whether rows share lines. */
  get isPacked(): boolean {
    return this.#programs[0]!.isPacked ?? false;
  }

  /** Goes on with other programs for the same parameters; the sessions of the old ones are released. */
  async replacePrograms(programs: readonly StepProgram[]): Promise<void> {
    const old = [...this.#sessions].filter(([graph]) => graph !== this.#optimizerGraph);
    for (const [graph] of old) this.#sessions.delete(graph);
    this.#programs = programs;
    await Promise.all(old.map(([, session]) => session.dispose()));
  }

  /** Asks the device for the memory that a step with the longest program takes, before there is a session. */
  async tryMemory(): Promise<void> {
    const longest = this.#programs.at(-1)!;
    const memory = 'memory' in longest ? longest.memory : undefined;
    if (!memory) return;
    const { weights, activations, state } = memory;
    await this.#device.tryMemory({ weights, working: activations + state });
  }

  /** The program that a microbatch is computed with. Throws where none has room for it. */
  programFor(rows: readonly TokenizedRow[]): StepProgram {
    return chooseShape(rows, this.#programs);
  }

  /** Whether any program's steps may be recorded. */
  get captures(): boolean {
    return this.#programs.some((program) => 'captures' in program && program.captures === true);
  }

  get optimizerSource(): SessionSource {
    return { graph: this.#optimizerGraph, weights: { files: [] } };
  }

  /** What a session for one of a program's graphs is made of, and how it is called. */
  describe(
    graph: GraphName,
    program: TrainingProgram,
  ): { readonly source: SessionSource; readonly label: string } {
    const { weightInputs: inputs = [], sequenceLength } = program;
    return {
      source: { graph: program[graph]!, weights: this.#weights, inputs },
      label: `${labels[graph]} for ${sequenceLength} tokens`,
    };
  }

  /** The optimizer's session; `dispose` releases it with the others. */
  async optimizer(): Promise<Session> {
    return this.#session(this.optimizerSource, 'optimizer graph');
  }

  /**
   * Loss of a microbatch (each supervised token weighing `weight`), and `gradient` plus this loss's gradient.
   * The caller owns the returned gradient and keeps the tensors it passed.
   */
  async gradient(
    rows: readonly TokenizedRow[],
    weight: number,
    state: StepState,
  ): Promise<{ loss: number; gradient: DeviceTensor }> {
    const program = this.programFor(rows);
    if ('forward' in program) return this.#streamed.gradient(program, { rows, weight }, state);
    const { lossScale = 1, ...tensors } = state;
    const scale = this.#device.hostTensor(Float32Array.of(lossScale), [1]);
    const fed = isInHalf(program) ? { ...tensors, loss_scale: scale } : tensors;
    const outputs = await this.#run('trainingGraph', program, { rows, weight }, fed);
    const gradient = outputs['gradient_out']!;
    try {
      return { loss: await takeScalar(this.#device, outputs['loss']!), gradient };
    } catch (error) {
      gradient.dispose();
      throw error;
    }
  }

  /**
   * Mean loss per supervised token over all rows. `gradient` is only read, by programs that have no graph of their own
   * for evaluation.
   */
  async evaluate(rows: readonly TokenizedRow[], state: StepState, signal?: AbortSignal): Promise<number> {
    const weight = 1 / totalSupervised(rows);
    let total = 0;
    for (const part of this.microbatches(rows)) {
      signal?.throwIfAborted();
      total += await this.#lossOf(part, weight, state);
    }
    return total;
  }

  async #lossOf(rows: readonly TokenizedRow[], weight: number, state: StepState): Promise<number> {
    const program = this.programFor(rows);
    if ('forward' in program) return this.#streamed.loss(program, { rows, weight }, state.parameters);
    if (program.forwardGraph) {
      const outputs = await this.#run('forwardGraph', program, { rows, weight }, { parameters: state.parameters }); // prettier-ignore
      return takeScalar(this.#device, outputs['loss']!);
    }
    const { loss, gradient } = await this.gradient(rows, weight, state);
    gradient.dispose();
    return loss;
  }

  /** Releases every session; call it after the tensors they handed out were disposed. */
  async dispose(): Promise<void> {
    await this.#streamed.dispose();
    await Promise.all([...this.#sessions.values()].map((session) => session.dispose()));
  }

  async #run(
    graph: GraphName,
    program: TrainingProgram,
    { rows, weight }: { readonly rows: readonly TokenizedRow[]; readonly weight: number },
    state: Feeds,
  ) {
    const { source, label } = this.describe(graph, program);
    const session = await this.#session(source, label);
    const { row_of_position: rowOfPosition, ...feeds } = batchFeeds(
      this.#device,
      program,
      rows,
      weight,
    ).feeds;
    return graph === 'trainingGraph'
      ? session.run({ ...state, ...feeds, row_of_position: rowOfPosition }, ['loss', 'gradient_out'])
      : session.run({ ...state, ...feeds }, ['loss']);
  }

  async #session(source: SessionSource, label: string): Promise<Session> {
    const known = this.#sessions.get(source.graph);
    if (known) return known;
    const keepOnDevice = ['gradient_out', ...optimizerKeeps];
    const [program] = this.#programs;
    const isLean = 'forward' in program! || program!.isLean === true;
    const keepsFloats = 'keepsFloats' in program! && program.keepsFloats === true;
    const session = await this.#device.createSession(source, { label, keepOnDevice, isLean, keepsFloats });
    this.#sessions.set(source.graph, session);
    return session;
  }
}
