import type { Device, DeviceTensor, Feeds, Session, WeightFiles } from '../runtime/device.ts';
import { discard } from '../runtime/discard.ts';
import type { TokenizedRow } from '../text/tokenizedRow.ts';
import { batchFeeds } from './batchFeeds.ts';
import { takeScalar } from './optimizerState.ts';
import { runPieces } from './pieceRunner.ts';
import { PieceWeights } from './pieceWeights.ts';
import { countedTokens, type StreamedPiece, type StreamedProgram } from './streamedProgram.ts';

/** Rows of one microbatch, each supervised token weighing `weight`. */
interface Microbatch {
  readonly rows: readonly TokenizedRow[];
  readonly weight: number;
}

/** Computes losses and gradients piece by piece: what holds weights exists while it runs. */
export class StreamedSteps {
  readonly #device: Device;
  readonly #weights: PieceWeights;
  /** Sessions that sum gradients, which read no weights and stay. */
  readonly #sums = new Map<Uint8Array, Promise<Session>>();

  constructor(device: Device, files: WeightFiles) {
    this.#device = device;
    this.#weights = new PieceWeights(device, files);
  }

  /** The loss, and `gradient` plus its gradient, which the caller owns; the tensors that were passed stay the caller's. */
  async gradient(
    program: StreamedProgram,
    microbatch: Microbatch,
    { parameters, gradient }: { readonly parameters: DeviceTensor; readonly gradient: DeviceTensor },
  ): Promise<{ loss: number; gradient: DeviceTensor }> {
    const { forward, backward, finish } = program;
    const parts = finish.inputs.filter((name) => name !== 'gradient');
    const wanted = ['loss', ...parts];
    const outputs = await this.#run(program, [...forward, ...backward], wanted, microbatch, parameters);
    const { loss, ...gradients } = outputs;
    try {
      const session = await this.#sumOf(finish);
      const sum = await session.run({ ...gradients, gradient }, ['gradient_out']);
      return { loss: await scalarOf(this.#device, loss!), gradient: sum['gradient_out']! };
    } finally {
      Object.values(outputs).forEach(discard);
    }
  }

  /** The loss alone. */
  async loss(program: StreamedProgram, microbatch: Microbatch, parameters: DeviceTensor): Promise<number> {
    const outputs = await this.#run(program, program.forward, ['loss'], microbatch, parameters);
    return takeScalar(this.#device, outputs['loss']!);
  }

  /** Releases the sessions that stay. */
  async dispose(): Promise<void> {
    await Promise.all([...this.#sums.values()].map(async (session) => (await session).dispose()));
  }

  #run(
    program: StreamedProgram,
    pieces: readonly StreamedPiece[],
    wanted: readonly string[],
    { rows, weight }: Microbatch,
    parameters: DeviceTensor,
  ): Promise<Record<string, DeviceTensor>> {
    const { feeds, tokens } = batchFeeds(this.#device, program, rows, weight);
    const label = `training graph for ${program.sequenceLength} tokens`;
    const counted = this.#device.hostTensor(tokens.map((_, i) => BigInt(i)), feeds.input_ids.dims); // prettier-ignore
    const all: Feeds = { ...feeds, parameters, [countedTokens]: counted };
    return runPieces(this.#device, this.#weights, { pieces, label, feeds: all, tokens, wanted });
  }

  #sumOf({ graph }: StreamedPiece): Promise<Session> {
    const source = { graph, weights: { files: [] } };
    const options = { label: 'sum of gradients', keepOnDevice: ['gradient_out'], isLean: true };
    const session = this.#sums.get(graph) ?? this.#device.createSession(source, options);
    this.#sums.set(graph, session);
    return session;
  }
}

const scalarOf = async (device: Device, tensor: DeviceTensor) => Number((await device.download(tensor))[0]);
