import type { Device, DeviceTensor, Feeds } from '../runtime/device.ts';
import { discard } from '../runtime/discard.ts';
import type { BoundSession, FixedTensors } from '../runtime/fixedTensors.ts';
import type { TokenizedRow } from '../text/tokenizedRow.ts';
import { batchFeeds } from './batchFeeds.ts';
import { scalarFeeds, type OptimizerVectors, type StepSettings } from './optimizerState.ts';
import { isInHalf, type StepProgram, type TrainingProgram } from './program.ts';
import { pending, type GradientRequest, type Pending, type Steps } from './steps.ts';
import type { TrainingSessions } from './trainingSessions.ts';

/** A graph bound to tensors of its own beside the common ones. */
interface BoundGraph {
  readonly session: BoundSession;
  readonly own: Feeds;
  /** Its first run creates buffers, for which there may be no memory. */
  hasRun: boolean;
}

/** What an optimizer step changes, by the graph's names; each has an output beside it that is copied back. */
const vectorNames = ['parameters', 'first_moment', 'second_moment'] as const;

/**
 * Steps over tensors that stay where they are: feeds are written into them, outputs copied back into inputs. So the GPU is
 * told once what a step is (`FixedTensors.bind`), and nobody waits for it. Programs that do not capture are run as ever.
 */
export class FixedSteps implements Steps {
  readonly isAhead = true;
  readonly #device: Device;
  readonly #fixed: FixedTensors;
  readonly #sessions: TrainingSessions;
  readonly #tensors: CommonTensors;
  readonly #graphs = new Map<Uint8Array, BoundGraph>();
  #optimizer: BoundGraph | undefined;

  /** Uploads `start`. */
  constructor(device: Device, fixed: FixedTensors, sessions: TrainingSessions, start: OptimizerVectors) {
    this.#device = device;
    this.#fixed = fixed;
    this.#sessions = sessions;
    this.#tensors = commonTensors(device, fixed, start);
  }

  get parameters(): DeviceTensor {
    return this.#tensors.parameters;
  }

  get anyGradient(): DeviceTensor {
    return this.#tensors.gradient;
  }

  async gradient({ rows, weight, lossScale = 1, signal }: GradientRequest): Promise<Pending> {
    this.#fixed.clear(this.#tensors.gradient);
    const losses: Pending[] = [];
    for (const microbatch of this.#sessions.microbatches(rows)) {
      signal?.throwIfAborted();
      if (losses.length > 0) this.#fixed.assign([this.#tensors.gradient, this.#tensors.sum]);
      losses.push(await this.#microbatch(microbatch, weight, lossScale));
    }
    return pending(sumOf(losses));
  }

  async update(settings: StepSettings, isDoubtful: boolean): Promise<Pending> {
    this.#optimizer ??= await this.#bindOptimizer(settings);
    const optimizer = this.#optimizer;
    const outputs = await this.#run(optimizer, scalarFeeds(this.#device, settings));
    const gradNorm = await this.#read(optimizer, outputs, 'grad_norm');
    const isKept = !isDoubtful || Number.isFinite(await gradNorm.value);
    const next = vectorNames.map((name) => [this.#tensors[name], outputs[`${name}_out`]!] as const);
    if (isKept) this.#fixed.assign(...next);
    return gradNorm;
  }

  async replacePrograms(programs: readonly StepProgram[]): Promise<void> {
    await this.#release([...this.#graphs.values()]);
    this.#graphs.clear();
    await this.#sessions.replacePrograms(programs);
  }

  async download(): Promise<OptimizerVectors> {
    const [parameters, firstMoment, secondMoment] = await Promise.all(
      vectorNames.map((name) => this.#fixed.read(this.#tensors[name])),
    );
    return { parameters: parameters!, firstMoment: firstMoment!, secondMoment: secondMoment! };
  }

  async dispose(): Promise<void> {
    await this.#release([...this.#graphs.values(), ...(this.#optimizer ? [this.#optimizer] : [])]);
    Object.values(this.#tensors).forEach(discard);
  }

  /** Loss of a microbatch; its gradient, and the one so far, are in `sum` then. */
  async #microbatch(rows: readonly TokenizedRow[], weight: number, lossScale: number): Promise<Pending> {
    const program = this.#sessions.programFor(rows);
    if ('forward' in program || program.captures !== true) {
      const { parameters, anyGradient: gradient } = this;
      const result = await this.#sessions.gradient(rows, weight, { parameters, gradient, lossScale });
      this.#fixed.assign([this.#tensors.sum, result.gradient]);
      discard(result.gradient);
      return pending(result.loss);
    }
    const scale = this.#device.hostTensor(Float32Array.of(lossScale), [1]);
    const { feeds } = batchFeeds(this.#device, program, rows, weight);
    const own = isInHalf(program) ? { ...feeds, loss_scale: scale } : feeds;
    const graph = this.#graphs.get(program.trainingGraph) ?? (await this.#bindTraining(program, own));
    this.#graphs.set(program.trainingGraph, graph);
    const outputs = await this.#run(graph, own);
    this.#fixed.assign([this.#tensors.sum, outputs['gradient_out']!]);
    return this.#read(graph, outputs, 'loss');
  }

  /** Writes `feeds` and runs. */
  async #run(graph: BoundGraph, feeds: Feeds): Promise<Feeds> {
    this.#fixed.assign(...Object.entries(feeds).map(([name, feed]) => [graph.own[name]!, feed] as const));
    return graph.session.run();
  }

  /** Reads a number; that of a first run is waited for, before anything is changed by it. */
  async #read(graph: BoundGraph, outputs: Feeds, name: 'loss' | 'grad_norm'): Promise<Pending> {
    const number = pending(this.#fixed.read(outputs[name]!).then(([value]) => value!));
    if (!graph.hasRun) await number.value;
    graph.hasRun = true;
    return number;
  }

  async #bindTraining(program: TrainingProgram, feeds: Feeds): Promise<BoundGraph> {
    const { source, label } = this.#sessions.describe('trainingGraph', program);
    return this.#bind(source, feeds, this.#tensors, label);
  }

  async #bindOptimizer(settings: StepSettings): Promise<BoundGraph> {
    const tensors = { ...this.#tensors, gradient: this.#tensors.sum };
    const scalars = scalarFeeds(this.#device, settings);
    return this.#bind(this.#sessions.optimizerSource, scalars, tensors, 'optimizer graph');
  }

  async #bind(
    source: Parameters<FixedTensors['bind']>[0],
    feeds: Feeds,
    common: Feeds,
    label: string,
  ): Promise<BoundGraph> {
    const own: Record<string, DeviceTensor> = {};
    try {
      for (const [name, feed] of Object.entries(feeds)) own[name] = this.#fixed.hold(feed);
      const session = await this.#fixed.bind(source, { ...common, ...own }, { label });
      return { session, own, hasRun: false };
    } catch (error) {
      Object.values(own).forEach(discard);
      throw error;
    }
  }

  async #release(graphs: readonly BoundGraph[]): Promise<void> {
    for (const { session, own } of graphs) {
      await session.dispose();
      Object.values(own).forEach(discard);
    }
  }
}

/** Parameters and moments, and the gradient so far before and after a microbatch. */
type CommonTensors = Readonly<Record<(typeof vectorNames)[number] | 'gradient' | 'sum', DeviceTensor>>;

function commonTensors(device: Device, fixed: FixedTensors, start: OptimizerVectors): CommonTensors {
  const zeros = new Float32Array(start.parameters.length);
  const contents = {
    parameters: start.parameters,
    first_moment: start.firstMoment,
    second_moment: start.secondMoment,
    gradient: zeros,
    sum: zeros,
  };
  const tensors: Record<string, DeviceTensor> = {};
  try {
    for (const [name, data] of Object.entries(contents))
      tensors[name] = fixed.hold(device.hostTensor(data, [data.length]));
    return tensors as CommonTensors;
  } catch (error) {
    Object.values(tensors).forEach(discard);
    throw error;
  }
}

/** In the order of the microbatches, as if each had been waited for. */
async function sumOf(losses: readonly Pending[]): Promise<number> {
  let sum = 0;
  for (const { value } of losses) sum += await value;
  return sum;
}
