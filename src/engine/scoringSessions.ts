import type { CompiledScoring, ReadAdapter } from '../compileScoringModel.ts';
import type { ParameterLayout } from '../graph/parameterLayout.ts';
import type { Adapter } from '../lora/adapter.ts';
import type { TargetModules } from '../lora/targets.ts';
import type { Device, DeviceTensor, Session } from '../runtime/device.ts';
import type { BatchRequest } from '../specialize/languageModel.ts';
import type { TokenizedRow } from '../text/tokenizedRow.ts';
import { chooseShape, fits, planShapes, type BatchShape } from '../training/batches.ts';
import { manyWeights } from './adapterPrograms.ts';
import type { LoadedGraph } from './loadModel.ts';
import { defaultMemoryBudget } from './memoryFit.ts';
import type { ScoringWork } from './scoringWork.ts';
import { largestWeightOf, splitLargeTables } from './splitLargeWeights.ts';

export interface ScoringContext {
  readonly model: LoadedGraph;
  readonly device: Device;
  /** What adapters may adapt. */
  readonly targetModules: TargetModules;
  /** Rows that run together, where they fit into memory. */
  readonly batchSize: number;
}

export interface ScoringTask<Result> extends BatchRequest {
  readonly work: ScoringWork<Result>;
  /** `null`: the base model. */
  readonly adapter: Adapter | null;
  readonly rows: readonly TokenizedRow[];
  /** Called as each row is done, in any order. */
  readonly onResult?: ((index: number, result: Result) => void) | undefined;
}

/** The graphs that are open: for one kind of work and one form of adapter. */
interface OpenGraphs {
  readonly key: string;
  /** Ascending by length. */
  readonly programs: readonly CompiledScoring[];
  readonly sessions: Map<CompiledScoring, Session>;
}

interface IndexedRow {
  readonly index: number;
  readonly row: TokenizedRow;
}

/**
 * Runs rows forward, those of similar length together. Sessions are created when first needed and kept for the next call
 * of the same kind; those of another kind are released before, so that the weights are on the device once. Calls wait for
 * each other.
 */
export class ScoringSessions {
  readonly #context: ScoringContext;
  #open: OpenGraphs | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(context: ScoringContext) {
    this.#context = context;
  }

  /** One result per row, in the order of the rows. */
  run<Result>(task: ScoringTask<Result>): Promise<Result[]> {
    return this.#next(() => this.#run(task));
  }

  /** Gives the sessions' memory back, after the calls before; the next call creates them again. */
  dispose(): Promise<void> {
    return this.#next(() => this.#close());
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }

  async #run<Result>(task: ScoringTask<Result>): Promise<Result[]> {
    const { rows, adapter, signal } = task;
    signal?.throwIfAborted();
    if (rows.length === 0) return [];
    const open = await this.#openFor(task);
    const { layout, batchSize } = open.programs[0]!;
    const parameters = adapter && this.#upload(adapter, layout);
    const results = new Array<Result>(rows.length);
    let done = 0;
    try {
      for (const batch of inBatches(rows, batchSize)) {
        // On WebAssembly a run never leaves its task, and a worker hears of an abort only between tasks.
        await new Promise((resolve) => setTimeout(resolve, 0));
        signal?.throwIfAborted();
        const found = await this.#runBatch(open, task.work, batch, parameters);
        batch.forEach(({ index }, i) => {
          results[index] = found[i]!;
          task.onResult?.(index, found[i]!);
        });
        done += batch.length;
        task.onProgress?.(done, rows.length);
      }
    } finally {
      parameters?.dispose();
    }
    return results;
  }

  async #runBatch<Result>(
    open: OpenGraphs,
    work: ScoringWork<Result>,
    batch: readonly IndexedRow[],
    parameters: DeviceTensor | null,
  ): Promise<Result[]> {
    const { device } = this.#context;
    const rows = batch.map(({ row }) => row);
    const program = chooseShape(rows, open.programs);
    const session = await this.#sessionFor(open, program, work.label);
    const feeds = work.feeds(device, program, rows);
    const outputs = await session.run({ ...feeds, ...(parameters && { parameters }) });
    const output = outputs[work.output]!;
    try {
      return work.read((await device.download(output)) as Float32Array, rows, program);
    } finally {
      output.dispose();
    }
  }

  async #sessionFor({ sessions }: OpenGraphs, program: CompiledScoring, label: string): Promise<Session> {
    const { model, device } = this.#context;
    const source = { graph: program.graph, weights: model.weights };
    const named = { label: `${label} for ${program.sequenceLength} tokens` };
    const session = sessions.get(program) ?? (await device.createSession(source, named));
    sessions.set(program, session);
    return session;
  }

  /** The open graphs, where they suit the rows, or new ones. */
  async #openFor<Result>({ work, adapter, rows }: ScoringTask<Result>): Promise<OpenGraphs> {
    const { rank, alpha, rankStabilized } = adapter?.config ?? {};
    const key = JSON.stringify([work.label, adapter && [rank, alpha, rankStabilized ?? false]]);
    if (this.#open?.key === key && suits(this.#open.programs, rows)) return this.#open;
    await this.#close();
    const compile = (shape: BatchShape) => this.#compile(work, adapter, shape);
    this.#open = { key, programs: this.#planPrograms(rows, compile), sessions: new Map() };
    return this.#open;
  }

  async #close(): Promise<void> {
    const sessions = [...(this.#open?.sessions.values() ?? [])];
    this.#open = null;
    await Promise.all(sessions.map((session) => session.dispose()));
  }

  /** As many rows at a time as fit, and one length where the weights are many: every session holds them once more. */
  #planPrograms(
    rows: readonly TokenizedRow[],
    compile: (shape: BatchShape) => CompiledScoring,
  ): CompiledScoring[] {
    let batchSize = Math.min(this.#context.batchSize, rows.length);
    const shapes = () => planShapes(rows, batchSize, longestOf(rows));
    let longest = compile(shapes().at(-1)!);
    while (batchSize > 1 && longest.memory.weights + longest.memory.activations > defaultMemoryBudget) {
      batchSize = Math.floor(batchSize / 2);
      longest = compile(shapes().at(-1)!);
    }
    if (longest.memory.weights > manyWeights) return [longest];
    return [...shapes().slice(0, -1).map(compile), longest];
  }

  #compile<Result>(work: ScoringWork<Result>, adapter: Adapter | null, shape: BatchShape): CompiledScoring {
    const { model, device, targetModules } = this.#context;
    const largestWeight = largestWeightOf(device.limits);
    const read: ReadAdapter = adapter && { kind: 'lora', targetModules, ...adapter.config };
    return work.compile(splitLargeTables(model.decoder, largestWeight), read, shape, { largestWeight });
  }

  #upload(adapter: Adapter, layout: ParameterLayout): DeviceTensor {
    const { device } = this.#context;
    return device.upload(arrange(adapter, layout), [layout.size]);
  }
}

/** Whether rows fit the programs, without being padded much further than they need. */
function suits(programs: readonly CompiledScoring[], rows: readonly TokenizedRow[]): boolean {
  const { batchSize, sequenceLength } = programs.at(-1)!;
  const isTight = sequenceLength <= Math.max(16, 1.5 * longestOf(rows));
  const fitting = (batch: readonly IndexedRow[]) =>
    programs.some((program) => fits(batch.map(({ row }) => row), program)); // prettier-ignore
  return isTight && inBatches(rows, batchSize).every(fitting);
}

const longestOf = (rows: readonly TokenizedRow[]) =>
  rows.reduce((longest, { ids }) => Math.max(longest, ids.length), 0);

/** Rows by length, so that those of a batch need little padding. */
function inBatches(rows: readonly TokenizedRow[], batchSize: number): IndexedRow[][] {
  const indexed = rows.map((row, index) => ({ row, index }));
  const sorted = indexed.toSorted((a, b) => a.row.ids.length - b.row.ids.length || a.index - b.index);
  return Array.from({ length: Math.ceil(rows.length / batchSize) }, (_, i) =>
    sorted.slice(i * batchSize, (i + 1) * batchSize),
  );
}

/**
 * An adapter's matrices as a graph's layout has them; modules that it does not adapt get zeros.
 * @throws when it has a matrix that the graph does not take
 */
function arrange({ layout, parameters }: Adapter, wanted: ParameterLayout): Float32Array {
  const places = new Map(wanted.entries.map((entry) => [entry.name, entry]));
  const arranged = new Float32Array(wanted.size);
  for (const { name, shape, offset, length } of layout.entries) {
    const place = places.get(name);
    if (place?.shape.join() !== shape.join()) {
      const has = place ? `has [${place.shape.join(', ')}] there` : 'has no such matrix';
      throw new Error(
        `The adapter's ${name} is [${shape.join(', ')}], but the model ${has}; it was trained on another model or for other modules.`,
      );
    }
    arranged.set(parameters.subarray(offset, offset + length), place.offset);
  }
  return arranged;
}
