import type { Device, DeviceTensor, Feeds, Session, WeightFiles } from '../runtime/device.ts';
import type { TokenizedRow } from '../text/tokenizedRow.ts';
import { chooseShape, layOutBatch, totalSupervised } from './batches.ts';
import type { TrainingProgram } from './program.ts';
import { optimizerKeeps, takeScalar } from './optimizerState.ts';

type GraphName = 'trainingGraph' | 'forwardGraph';

const labels: Record<GraphName, string> = {
  trainingGraph: 'training graph',
  forwardGraph: 'evaluation graph',
};

/** The sessions of one run, created when first needed: a length that no batch has costs nothing. */
export class TrainingSessions {
  readonly #device: Device;
  readonly #programs: readonly TrainingProgram[];
  readonly #weights: WeightFiles;
  readonly #sessions = new Map<Uint8Array, Session>();

  /** `programs` ascend by length. */
  constructor(device: Device, programs: readonly TrainingProgram[], weights: WeightFiles) {
    this.#device = device;
    this.#programs = programs;
    this.#weights = weights;
  }

  /** The optimizer's session; `dispose` releases it with the others. */
  async optimizer(): Promise<Session> {
    return this.#session(this.#programs[0]!.optimizerGraph, 'optimizer graph', { files: [] });
  }

  /**
   * Loss of a microbatch (each supervised token weighing `weight`), and `gradient` plus this loss's gradient.
   * The caller owns the returned gradient and keeps the tensors it passed.
   */
  async gradient(
    rows: readonly TokenizedRow[],
    weight: number,
    state: { readonly parameters: DeviceTensor; readonly gradient: DeviceTensor },
  ): Promise<{ loss: number; gradient: DeviceTensor }> {
    const outputs = await this.#run('trainingGraph', rows, weight, { ...state });
    const gradient = outputs['gradient_out']!;
    try {
      return { loss: await takeScalar(this.#device, outputs['loss']!), gradient };
    } catch (error) {
      gradient.dispose();
      throw error;
    }
  }

  /** Mean loss per supervised token over all rows, without gradients. */
  async evaluate(
    rows: readonly TokenizedRow[],
    parameters: DeviceTensor,
    signal?: AbortSignal,
  ): Promise<number> {
    const weight = 1 / totalSupervised(rows);
    const { batchSize } = this.#programs[0]!;
    let total = 0;
    for (let start = 0; start < rows.length; start += batchSize) {
      signal?.throwIfAborted();
      const part = rows.slice(start, start + batchSize);
      const outputs = await this.#run('forwardGraph', part, weight, { parameters });
      total += await takeScalar(this.#device, outputs['loss']!);
    }
    return total;
  }

  /** Releases every session; call it after the tensors they handed out were disposed. */
  async dispose(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.dispose()));
  }

  async #run(graph: GraphName, rows: readonly TokenizedRow[], weight: number, state: Feeds) {
    const program = chooseShape(rows, this.#programs);
    const label = `${labels[graph]} for ${program.sequenceLength} tokens`;
    const session = await this.#session(program[graph], label, this.#weights);
    const { batchSize, sequenceLength, maxSupervised } = program;
    const batch = layOutBatch(rows, program, weight);
    const feeds: Feeds = {
      ...state,
      input_ids: this.#device.hostTensor(batch.inputIds, [batchSize, sequenceLength]),
      supervised_rows: this.#device.hostTensor(batch.supervisedRows, [maxSupervised]),
      labels: this.#device.hostTensor(batch.labels, [maxSupervised]),
      label_weights: this.#device.hostTensor(batch.labelWeights, [maxSupervised]),
      ...(graph === 'trainingGraph'
        ? { row_of_position: this.#device.hostTensor(batch.rowOfPosition, [batchSize * sequenceLength]) }
        : {}),
    };
    return session.run(feeds, graph === 'trainingGraph' ? ['loss', 'gradient_out'] : ['loss']);
  }

  async #session(graph: Uint8Array, label: string, weights: WeightFiles): Promise<Session> {
    const known = this.#sessions.get(graph);
    if (known) return known;
    const keepOnDevice = ['gradient_out', ...optimizerKeeps];
    const session = await this.#device.createSession({ graph, weights }, { label, keepOnDevice });
    this.#sessions.set(graph, session);
    return session;
  }
}
