/**
 * Command: trains pocket from scratch with Whittle's own engine on the CPU and writes public/models/pocket/.
 * `npm run pocket [-- --steps N --out DIR]`; stops and continues at any time (a checkpoint every 200 steps).
 */
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compileTrainingModel, type CompiledTraining } from '../../src/compileTrainingModel.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeSelfContained } from '../../src/onnx/encode.ts';
import type { Device } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { tokenizedRow, type TokenizedRow } from '../../src/text/tokenizedRow.ts';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type TrainingCheckpoint,
} from '../../src/training/checkpoint.ts';
import { totalSupervised } from '../../src/training/batches.ts';
import { OptimizerState } from '../../src/training/optimizerState.ts';
import { learningRateAt } from '../../src/training/schedule.ts';
import { TrainingSessions } from '../../src/training/trainingSessions.ts';
import type { ByteLevelBpe } from './byteLevelBpe.ts';
import { mixture, readingMixture } from './corpus.ts';
import { fakeQuantize } from './fakeQuantize.ts';
import { recipe } from './modelShape.ts';
import { pretrainingModel } from './pocketModel.ts';
import { flatten, initialTensors, trainedNames, unflatten } from './pocketWeights.ts';
import { packedSequences } from './sequences.ts';
import { readTokenizer } from './tokenizer.ts';
import { writePocket } from './writePocket.ts';

const folder = 'public/models/pocket';
const checkpointEvery = 200;

interface Pretraining {
  readonly out: string;
  readonly steps: number;
  readonly program: CompiledTraining;
  readonly device: Device;
  readonly sessions: TrainingSessions;
  readonly state: OptimizerState;
  readonly sequences: Iterator<TokenizedRow, never>;
  readonly validation: readonly TokenizedRow[];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { steps: { type: 'string' }, out: { type: 'string', default: 'out/pocket' } },
  });
  const steps = Number(values.steps ?? recipe.steps);
  await mkdir(values.out, { recursive: true });
  const bpe = await readTokenizer(folder);
  const { program, bytes } = await compile();
  const device = createNodeDevice();
  const sessions = new TrainingSessions(device, [program], { files: [{ path: 'pocket.onnx', data: bytes }] });
  const start = await startFrom(join(values.out, 'checkpoint.bin'), program);
  const state = new OptimizerState(device, await sessions.optimizer(), start);
  const sequences = trainingSequences(bpe, start.step * recipe.batchSize);
  const validation = take(trainingRows(recipe.seed + 1000, bpe), recipe.validationSequences);
  const run = { out: values.out, steps, program, device, sessions, state, sequences, validation };
  await pretrain(run, start.step);
  const { parameters } = await state.download();
  await writePocket(folder, unflatten(parameters, program.layout), await readLog(values.out));
  await sessions.dispose();
}

async function compile(): Promise<{ program: CompiledTraining; bytes: Uint8Array }> {
  const bytes = await encodeSelfContained(
    pretrainingModel(initialTensors(recipe.seed)),
    () => new Uint8Array(),
  );
  const decoder = decodeModel(bytes, 'pocket.onnx');
  const program = compileTrainingModel(
    { decoder, fileName: 'pocket.onnx' },
    { kind: 'weights', names: trainedNames(decoder) },
    { batchSize: recipe.batchSize, sequenceLength: recipe.sequenceLength, logitsChunk: 1024 },
  );
  return { program, bytes };
}

async function startFrom(
  path: string,
  program: CompiledTraining,
): Promise<Omit<TrainingCheckpoint, 'config'>> {
  if (existsSync(path)) return decodeCheckpoint(new Uint8Array(await readFile(path)));
  const zeros = () => new Float32Array(program.layout.size);
  const parameters = flatten(initialTensors(recipe.seed), program.layout);
  return { step: 0, tokens: 0, parameters, firstMoment: zeros(), secondMoment: zeros() };
}

/** The run's rows from the `done`-th on: general ones first, then those of the reading mixture. */
function* trainingSequences(bpe: ByteLevelBpe, done: number): Generator<TokenizedRow, never> {
  const general = recipe.readingAfter * recipe.batchSize;
  const first = trainingRows(recipe.seed, bpe);
  const second = trainingRows(recipe.seed + 1, bpe, readingMixture);
  if (done < general) take(first, done);
  for (let i = general; i < done; i++) second.next();
  for (let i = done; i < general; i++) yield first.next().value;
  for (;;) yield second.next().value;
}

/** Packed sequences as rows; every token but padding and each sequence's first is learned. */
function* trainingRows(seed: number, bpe: ByteLevelBpe, kinds = mixture): Generator<TokenizedRow, never> {
  const pad = bpe.idOf('<|pad|>');
  for (const sequence of packedSequences(seed, bpe, recipe.sequenceLength, kinds)) {
    const used = sequence.indexOf(pad);
    const ids = Array.from(used < 0 ? sequence : sequence.subarray(0, used));
    yield tokenizedRow(ids, ids.map((_, i) => i > 0)); // prettier-ignore
  }
  throw new Error('The corpus ended.');
}

function take(rows: Iterator<TokenizedRow, never>, count: number): TokenizedRow[] {
  return Array.from({ length: count }, () => rows.next().value);
}

async function pretrain(run: Pretraining, startStep: number): Promise<void> {
  let tokens = startStep * recipe.batchSize * recipe.sequenceLength;
  const begin = performance.now();
  let seen = 0;
  for (let step = startStep + 1; step <= run.steps; step++) {
    const rows = take(run.sequences, recipe.batchSize);
    const { loss, gradNorm, learningRate } = await trainStep(run, step, rows);
    const count = rows.reduce((sum, { ids }) => sum + ids.length, 0);
    [tokens, seen] = [tokens + count, seen + count];
    if (step % 20 === 0) {
      const rate = Math.round(seen / ((performance.now() - begin) / 1000));
      await log(run.out, {
        step,
        loss,
        grad_norm: gradNorm,
        learning_rate: learningRate,
        tokens,
        tokens_per_second: rate,
      });
    }
    if (step % checkpointEvery === 0 || step === run.steps) await checkpoint(run, step, tokens);
  }
}

async function trainStep(run: Pretraining, step: number, rows: readonly TokenizedRow[]) {
  const { state, sessions } = run;
  const rounded = step > run.steps - recipe.roundedSteps ? await roundedParameters(run) : null;
  const from = { parameters: rounded ?? state.parameters, gradient: state.zeroGradient };
  const { loss, gradient } = await sessions.gradient(rows, 1 / totalSupervised(rows), from);
  const learningRate = learningRateAt(step - 1, { ...recipe, schedule: 'cosine', totalSteps: run.steps });
  const gradNorm = await state.step(gradient, { ...recipe, step, learningRate });
  gradient.dispose();
  rounded?.dispose();
  if (!Number.isFinite(loss))
    throw new Error(`Pretraining diverged at step ${step}; lower the learning rate.`);
  return { loss, gradNorm, learningRate };
}

async function roundedParameters({ device, state, program }: Pretraining) {
  const { parameters } = await state.download();
  return device.upload(fakeQuantize(parameters, program.layout), [parameters.length]);
}

/** Validates on the rounded weights, as the committed model will have them, and stores what a restart needs. */
async function checkpoint(run: Pretraining, step: number, tokens: number): Promise<void> {
  const rounded = await roundedParameters(run);
  const validationLoss = await run.sessions.evaluate(run.validation, rounded);
  rounded.dispose();
  await log(run.out, { step, validation_loss: validationLoss });
  const vectors = await run.state.download();
  const path = join(run.out, 'checkpoint.bin');
  await writeFile(`${path}.new`, encodeCheckpoint({ step, tokens, config: {}, ...vectors }));
  await rename(`${path}.new`, path);
  await writePocket(folder, unflatten(vectors.parameters, run.program.layout), await readLog(run.out));
}

const logFile = (out: string) => join(out, 'trainer_log.jsonl');

async function log(out: string, line: Readonly<Record<string, number>>): Promise<void> {
  console.log(JSON.stringify(line));
  await appendFile(logFile(out), `${JSON.stringify(line)}\n`);
}

async function readLog(out: string): Promise<Record<string, number>[]> {
  const lines = (await readFile(logFile(out), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Record<string, number>);
}

await main();
