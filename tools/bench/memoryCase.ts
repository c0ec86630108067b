/**
 * One case of the memory benchmark, in a process of its own since peaks are the process's. Takes a `MemoryCase` as JSON
 * and prints a `MemoryResult` as JSON; run with --expose-gc.
 */
import { compileTrainingModel, type CompiledTraining } from '../../src/compileTrainingModel.ts';
import type { Recompute } from '../../src/autodiff/recompute.ts';
import { loadGraph } from '../../src/engine/loadModel.ts';
import { modelDirectory } from '../../src/engine/modelDirectory.ts';
import { initializeAdapter } from '../../src/lora/initializeAdapter.ts';
import { createRandom } from '../../src/random.ts';
import type { Device, Feeds, Session, WeightFiles } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import { layOutBatch } from '../../src/training/batches.ts';
import { OptimizerState, takeScalar } from '../../src/training/optimizerState.ts';
import { forgetPeak, resident, settled, timed } from './resident.ts';

export interface MemoryCase {
  readonly folder: string;
  /** Tokens per row, all but the first supervised; one row per step. */
  readonly length: number;
  readonly recompute: Recompute;
  readonly rank: number;
  readonly steps: number;
}

/** Bytes and seconds. */
export interface MemoryResult {
  /** What `compileTrainingModel` estimates above the weights. */
  readonly estimated: number;
  /** What the process really took above the weights at most, during the steps. */
  readonly allocated: number;
  /** Weights as the session holds them: resident memory that creating it took. */
  readonly weights: number;
  readonly compileSeconds: number;
  readonly sessionSeconds: number;
  /** The fastest step. */
  readonly stepSeconds: number;
  readonly losses: readonly number[];
}

async function measure({ folder, length, recompute, rank, steps }: MemoryCase): Promise<MemoryResult> {
  const { decoder, weights } = await loadGraph(modelDirectory(folder), 'q4');
  const lora = { kind: 'lora', targetModules: 'all-linear', rank, alpha: rank } as const;
  const shape = { batchSize: 1, sequenceLength: length };
  const [program, compileSeconds] = await timed(async () =>
    compileTrainingModel(decoder, lora, shape, { recompute }),
  );
  const device = createNodeDevice();
  const before = settled();
  const [sessions, sessionSeconds] = await timed(() => createSessions(device, program, weights));
  const loaded = settled();
  forgetPeak();
  const { losses, seconds } = await runSteps(device, sessions, program, steps);
  const after = resident();
  return {
    estimated: program.memory.activations + program.memory.state,
    // Pages of the weight files that the first step read are weights, not activations.
    allocated: after.peak - after.files - loaded.anonymous,
    weights: loaded.anonymous - before.anonymous + (after.files - before.files),
    compileSeconds,
    sessionSeconds,
    stepSeconds: Math.min(...seconds),
    losses,
  };
}

interface Sessions {
  readonly training: Session;
  readonly optimizer: Session;
}

async function createSessions(
  device: Device,
  { trainingGraph, optimizerGraph }: CompiledTraining,
  weights: WeightFiles,
): Promise<Sessions> {
  return {
    training: await device.createSession(
      { graph: trainingGraph, weights },
      { label: 'training graph', isLean: true },
    ),
    optimizer: await device.createSession(
      { graph: optimizerGraph, weights: { files: [] } },
      { label: 'optimizer graph', isLean: true },
    ),
  };
}

async function runSteps(device: Device, sessions: Sessions, program: CompiledTraining, steps: number) {
  const { layout } = program;
  const random = createRandom('bench');
  const state = new OptimizerState(device, sessions.optimizer, {
    parameters: initializeAdapter(layout, () => random.next()),
    firstMoment: new Float32Array(layout.size),
    secondMoment: new Float32Array(layout.size),
  });
  const [losses, seconds]: [number[], number[]] = [[], []];
  for (let step = 1; step <= steps; step++) {
    const [loss, duration] = await timed(async () => {
      const outputs = await sessions.training.run({ ...feeds(device, program), parameters: state.parameters, gradient: state.zeroGradient }); // prettier-ignore
      const gradient = outputs['gradient_out']!;
      await state.step(gradient, { step, learningRate: 1e-3, weightDecay: 0, maxGradNorm: 1 });
      gradient.dispose();
      return takeScalar(device, outputs['loss']!);
    });
    losses.push(loss);
    seconds.push(duration);
  }
  return { losses, seconds };
}

/** The same row of tokens every time, so that the loss falls. */
function feeds(device: Device, program: CompiledTraining): Feeds {
  const { sequenceLength, maxSupervised, vocabularySize } = program;
  const ids = Array.from({ length: sequenceLength }, (_, i) => (i * 7919 + 13) % vocabularySize);
  const row = tokenizedRow(ids, ids.map((_, i) => i > 0)); // prettier-ignore
  const batch = layOutBatch([row], program, 1 / (sequenceLength - 1));
  return {
    input_ids: device.hostTensor(batch.inputIds, [1, sequenceLength]),
    supervised_rows: device.hostTensor(batch.supervisedRows, [maxSupervised]),
    row_of_position: device.hostTensor(batch.rowOfPosition, [sequenceLength]),
    labels: device.hostTensor(batch.labels, [maxSupervised]),
    label_weights: device.hostTensor(batch.labelWeights, [maxSupervised]),
  };
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2] ?? '{}') as MemoryCase)));
