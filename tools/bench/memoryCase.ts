/**
 * One case of the memory benchmark, in a process of its own since peaks are the process's. Takes a `MemoryCase` as JSON
 * and prints a `MemoryResult` as JSON; run with --expose-gc.
 */
import { readFileSync } from 'node:fs';
import { deserialize } from 'node:v8';
import type { CompiledTraining } from '../../src/compileTrainingModel.ts';
import type { TrainingMemory } from '../../src/graph/memoryEstimate.ts';
import { initializeAdapter } from '../../src/lora/initializeAdapter.ts';
import { createRandom } from '../../src/random.ts';
import type { Device, Feeds, Session, WeightFiles } from '../../src/runtime/device.ts';
import { discard, discardArray } from '../../src/runtime/discard.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import { layOutBatch } from '../../src/training/batches.ts';
import { OptimizerState, takeScalar } from '../../src/training/optimizerState.ts';
import type { CompiledCase } from './compileCase.ts';
import { forgetPeak, resident, settled, timed } from './resident.ts';

export interface MemoryCase {
  /** The file that `compileCase.ts` wrote. */
  readonly program: string;
  readonly steps: number;
}

/** Bytes and seconds. */
export interface MemoryResult {
  /** What `compileTrainingModel` estimates. */
  readonly estimated: TrainingMemory;
  /** What the process really took above the weights at most, during the steps. */
  readonly allocated: number;
  /** What stays of sessions between runs: weights, those of their files that were read, and the graphs. */
  readonly weights: number;
  readonly sessionSeconds: number;
  /** The fastest step. */
  readonly stepSeconds: number;
  readonly losses: readonly number[];
}

async function measure({ program: file, steps }: MemoryCase): Promise<MemoryResult> {
  const { program, weights } = deserialize(readFileSync(file)) as CompiledCase;
  const device = createNodeDevice();
  const before = await settled();
  const [sessions, sessionSeconds] = await timed(() => createSessions(device, program, weights));
  // Some of what creating sessions took is only given back during steps, and all of the weights is only there after one.
  await runSteps(device, sessions, program, steps);
  const loaded = await settled();
  forgetPeak();
  const { losses, seconds } = await runSteps(device, sessions, program, steps);
  const { peak } = resident();
  return {
    estimated: program.memory,
    allocated: peak - loaded.anonymous - loaded.files,
    weights: loaded.anonymous - before.anonymous + (loaded.files - before.files),
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
  const parameters = initializeAdapter(layout, () => random.next());
  const zeros = new Float32Array(layout.size);
  const start = { parameters, firstMoment: zeros, secondMoment: zeros };
  const state = new OptimizerState(device, sessions.optimizer, start);
  [parameters, zeros].forEach(discardArray);
  const [losses, seconds]: [number[], number[]] = [[], []];
  for (let step = 1; step <= steps; step++) {
    const [loss, duration] = await timed(async () => {
      const outputs = await sessions.training.run({ ...feeds(device, program), parameters: state.parameters, gradient: state.zeroGradient }); // prettier-ignore
      const gradient = outputs['gradient_out']!;
      await state.step(gradient, { step, learningRate: 1e-3, weightDecay: 0, maxGradNorm: 1 });
      discard(gradient);
      return takeScalar(device, outputs['loss']!);
    });
    losses.push(loss);
    seconds.push(duration);
  }
  state.dispose();
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
