import type { Recompute } from '../autodiff/recompute.ts';
import { totalSupervised } from '../training/batches.ts';
import {
  compileStep,
  graphNames,
  ofGraphs,
  type GraphFigures,
  type OfGraphs,
  type StepToCompile,
} from './compileStep.ts';
import { observe, type Observed } from './observedDevice.ts';
import { inTurn, StepRunner, type RunnerInput } from './stepRunner.ts';

/** What can be read beside the clock, where the machine has it. */
export interface Gauges {
  /** Bytes taken at most since `forgetPeak`. */
  readonly memory?: { forgetPeak(): void; readonly peak: number };
  /** Kernels that a GPU was asked to run so far. */
  readonly dispatches?: { readonly count: number };
}

export interface StepBench extends StepToCompile {
  /** What "per layer" divides by. */
  readonly layers: number;
  /** Timed runs of each graph; one more of each comes first. */
  readonly repeats: number;
  readonly gauges?: Gauges;
}

/** Seconds. */
export interface Spread {
  readonly median: number;
  readonly fastest: number;
}

export interface StepFigures {
  readonly device: string;
  readonly layers: number;
  readonly batchSize: number;
  readonly sequenceLength: number;
  /** Tokens that the loss counts. */
  readonly supervised: number;
  /** How the program was compiled, as a run would have it on this device. */
  readonly recompute: Recompute;
  readonly isLean: boolean;
  /** Whether the GPU is told once what a step is; then `seconds`, `dispatches` and `peakBytes` are of such steps. */
  readonly captures: boolean;
  readonly seconds: OfGraphs<Spread>;
  /** Medians of the training graph and of the forward graph divided. */
  readonly stepInForwards: number;
  /** Through the training graph and the optimizer, padding none. */
  readonly tokensPerSecond: number;
  /** Search for a program that fits, and the program. */
  readonly compileSeconds: number;
  readonly sessionSeconds: OfGraphs<number>;
  readonly graphs: OfGraphs<GraphFigures>;
  /** Kernels of a training graph for each layer, the head's among them as if all logits were computed at once. */
  readonly kernelsPerLayer: number;
  /** Bytes moved by the training graph for each that the forward graph moves. */
  readonly bytesInForwards: number;
  /** Dispatches that the GPU was really asked for in a run; null where nobody counted. */
  readonly dispatches: OfGraphs<number> | null;
  /** Bytes taken at most by a step; null where nobody looked. */
  readonly peakBytes: number | null;
  /**
   * A step on this thread until all of it is submitted to the GPU: where the GPU is told anew what to do, the runs alone.
   * Null where runs end when they are computed.
   */
  readonly submitSeconds: Spread | null;
  /** The same of a step that was recorded, with all that is done between its runs; null where none is. */
  readonly capturedSubmitSeconds: Spread | null;
}

export interface BenchProgress {
  readonly stage: 'compiling' | 'creating sessions' | 'measuring' | 'submitting';
  readonly done: number;
  readonly total: number;
}

/**
 * Measures a training step beside the forward pass over the same tokens, in turn, with programs and sessions as a real
 * run has them on this device. Ends early where the consumer leaves; everything on the device is released.
 */
export async function* benchStep(bench: StepBench): AsyncGenerator<BenchProgress, StepFigures> {
  yield { stage: 'compiling', done: 0, total: 1 };
  const compiled = compileStep(bench);
  const { input, graphs, recompute } = compiled;
  const measured = yield* measureParts(bench, input);
  const { captures = false } = input.program;
  const capturedSubmitSeconds = captures ? yield* measureCaptured(bench, input) : null;
  const anew = { ...input, program: { ...input.program, captures: false } };
  const submitSeconds = yield* measureSubmission(bench, anew);
  const { forward, training, optimizer } = measured.seconds;
  const { batchSize, sequenceLength } = input.program;
  return {
    device: bench.device.description,
    layers: bench.layers,
    batchSize,
    sequenceLength,
    supervised: totalSupervised(input.rows),
    recompute,
    isLean: input.program.isLean === true,
    captures,
    ...measured,
    stepInForwards: training.median / forward.median,
    tokensPerSecond: (batchSize * sequenceLength) / (training.median + optimizer.median),
    compileSeconds: compiled.seconds,
    graphs,
    kernelsPerLayer: compiled.kernelsAtOnce / bench.layers,
    bytesInForwards: graphs.training.bytes / graphs.forward.bytes,
    submitSeconds,
    capturedSubmitSeconds,
  };
}

async function* measureParts({ gauges = {}, repeats }: StepBench, input: RunnerInput) {
  yield { stage: 'creating sessions', done: 0, total: 1 } as const;
  const { device, observed } = observe(input.device);
  const runner = await StepRunner.open({ ...input, device });
  try {
    const peakBytes = await peakOfStep(runner, gauges);
    await runner.forward();
    const dispatches = await dispatchesOf(runner, gauges);
    const rounds = inTurn({ forward: runner.forward, training: runner.training, optimizer: runner.optimizer }, repeats); // prettier-ignore
    const seconds = yield* reporting('measuring', rounds, repeats);
    const spreads = ofGraphs((name) => spreadOf(seconds[name]));
    return { seconds: spreads, sessionSeconds: sessionSeconds(observed), dispatches, peakBytes };
  } finally {
    await runner.dispose();
  }
}

/** What the second step takes at most, before anything but training has run; the first also creates sessions. */
async function peakOfStep(runner: StepRunner, { memory }: Gauges): Promise<number | null> {
  await runner.training();
  await runner.optimizer();
  if (!memory) return null;
  memory.forgetPeak();
  await runner.training();
  await runner.optimizer();
  return memory.peak;
}

async function dispatchesOf(runner: StepRunner, { dispatches }: Gauges): Promise<OfGraphs<number> | null> {
  if (!dispatches) return null;
  const counts: [string, number][] = [];
  for (const name of graphNames) {
    const before = dispatches.count;
    await runner[name]();
    counts.push([name, dispatches.count - before]);
  }
  return Object.fromEntries(counts) as OfGraphs<number>;
}

/** Only where tensors stay in GPU buffers does a run end before the GPU has computed it. */
async function* measureSubmission({ repeats }: StepBench, input: RunnerInput) {
  if (input.device.weightStorage !== 'shared') return null;
  const { device, observed } = observe(input.device, true);
  const runner = await StepRunner.open({ ...input, device });
  try {
    const step = async () => void (await runner.training(), await runner.optimizer());
    yield* reporting('submitting', inTurn({ step }, repeats + 1), repeats + 1);
    const [training, optimizer] = [runsOf(observed, 'training'), runsOf(observed, 'optimizer')];
    // The first compiles shaders.
    return spreadOf(training.map((seconds, i) => seconds + optimizer[i]!).slice(1));
  } finally {
    await runner.dispose();
  }
}

async function* measureCaptured({ repeats }: StepBench, input: RunnerInput) {
  const runner = await StepRunner.open(input);
  try {
    const seconds: number[] = [];
    const step = async () => void seconds.push(await runner.submission());
    yield* reporting('submitting', inTurn({ step }, repeats + 1), repeats + 1);
    // The first records.
    return spreadOf(seconds.slice(1));
  } finally {
    await runner.dispose();
  }
}

async function* reporting<T>(
  stage: BenchProgress['stage'],
  rounds: AsyncGenerator<number, T>,
  total: number,
): AsyncGenerator<BenchProgress, T> {
  for (;;) {
    const round = await rounds.next();
    if (round.done) return round.value;
    yield { stage, done: round.value, total };
  }
}

export function spreadOf(seconds: readonly number[]): Spread {
  const sorted = seconds.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return { median: (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2, fastest: sorted[0]! };
}

/** How `TrainingSessions` calls the sessions. */
const labels: OfGraphs<string> = {
  forward: 'evaluation graph',
  training: 'training graph',
  optimizer: 'optimizer graph',
};

function sessionSeconds({ created }: Observed): OfGraphs<number> {
  return ofGraphs((name) => valueOf(created, labels[name]));
}

const runsOf = ({ runs }: Observed, name: keyof typeof labels) => valueOf(runs, labels[name]);

function valueOf<T>(values: ReadonlyMap<string, T>, label: string): T {
  const found = [...values].find(([name]) => name.startsWith(label));
  if (!found) throw new Error(`No session was called ${label}.`);
  return found[1];
}
