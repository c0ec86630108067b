/**
 * One case of the streaming benchmark, in a process of its own since peaks are the process's. Takes a `StreamingCase` as
 * JSON and prints a `StreamingResult` as JSON; run with --expose-gc.
 */
import { compileStreamedTraining } from '../../src/compileStreamedTraining.ts';
import { compileTrainingModel, type DecoderModel } from '../../src/compileTrainingModel.ts';
import { loadGraph } from '../../src/engine/loadModel.ts';
import { modelDirectory } from '../../src/engine/modelDirectory.ts';
import { estimateWithin } from '../../src/engine/streamedPrograms.ts';
import { totalBytesOf } from '../../src/graph/memoryEstimate.ts';
import { initializeAdapter } from '../../src/lora/initializeAdapter.ts';
import { createRandom } from '../../src/random.ts';
import type { Device } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import { defaultTrainingOptions } from '../../src/training/options.ts';
import { train } from '../../src/training/train.ts';
import type { TrainingInput } from '../../src/training/trainingRun.ts';
import { forgetPeak, resident, settled, timed } from './resident.ts';

export interface StreamingCase {
  readonly folder: string;
  /** Whether the weights are streamed, or in one session with layers computed again. */
  readonly isStreamed: boolean;
  readonly budgetBytes: number;
  /** Tokens per row, all but the first supervised; one row per step. */
  readonly length: number;
  readonly rank: number;
  readonly steps: number;
}

/** Bytes and seconds. */
export interface StreamingResult {
  /** What a step takes by estimate, weights included. */
  readonly estimated: number;
  /** Resident memory above that before the run, at most. */
  readonly peak: number;
  readonly compileSeconds: number;
  /** The first step with the creation of what stays, and the fastest. */
  readonly firstStepSeconds: number;
  readonly stepSeconds: number;
  /** Sessions that a step creates, bytes of weights that it reads, forward passes that it computes; null in one session. */
  readonly cost: {
    readonly pieces: number;
    readonly bytesRead: number;
    readonly forwardPasses: number;
  } | null;
  readonly losses: readonly number[];
}

async function measure(plan: StreamingCase): Promise<StreamingResult> {
  const { decoder, weights } = await loadGraph(modelDirectory(plan.folder), 'q4');
  const [program, compileSeconds] = await timed(async () => compile(plan, decoder));
  const device = createNodeDevice();
  const random = createRandom('bench');
  const parameters = initializeAdapter(program.layout, () => random.next());
  await loadRuntime(device, program.optimizerGraph);
  const before = await settled();
  forgetPeak();
  const { losses, seconds } = await runSteps({
    device,
    programs: [program],
    weights,
    parameters,
    rows: [rowOf(plan.length, program.vocabularySize)],
    options: { ...defaultTrainingOptions, learningRate: 1e-3, duration: { steps: plan.steps } },
  });
  return {
    estimated: totalBytesOf(program.memory),
    peak: resident().peak - before.anonymous - before.files,
    compileSeconds,
    firstStepSeconds: seconds[0]!,
    stepSeconds: Math.min(...seconds),
    cost: 'cost' in program ? program.cost : null,
    losses,
  };
}

function compile({ isStreamed, budgetBytes, length, rank }: StreamingCase, decoder: DecoderModel) {
  const lora = { kind: 'lora', targetModules: 'all-linear', rank, alpha: rank } as const;
  const shape = { batchSize: 1, sequenceLength: length };
  // The same slices in both, so that the losses can be compared to the last bit.
  const options = { largestHeadSlice: 2 ** 24 };
  if (isStreamed) return compileStreamedTraining(decoder, lora, shape, estimateWithin(budgetBytes), options);
  const program = compileTrainingModel(decoder, lora, shape, { ...options, recompute: 'perLayer' });
  return { ...program, forwardGraph: null, isLean: true };
}

/** The first session maps the runtime's own code, which is not what training takes. */
async function loadRuntime(device: Device, graph: Uint8Array): Promise<void> {
  const session = await device.createSession({ graph, weights: { files: [] } }, { label: 'first session' });
  await session.dispose();
}

async function runSteps(input: TrainingInput) {
  const [losses, seconds]: [number[], number[]] = [[], []];
  for await (const event of train(input)) {
    if (event.type !== 'step') continue;
    console.error(`  step ${event.step}: loss ${event.loss.toFixed(4)}, ${event.seconds.toFixed(1)} s`);
    losses.push(event.loss);
    seconds.push(event.seconds);
  }
  return { losses, seconds };
}

/** The same row of tokens every time, so that the loss falls. */
function rowOf(length: number, vocabularySize: number) {
  const ids = Array.from({ length }, (_, i) => (i * 7919 + 13) % vocabularySize);
  return tokenizedRow(ids, ids.map((_, i) => i > 0)); // prettier-ignore
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2] ?? '{}') as StreamingCase)));
