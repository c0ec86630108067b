/**
 * Command: trains pocket from scratch with Whittle's own engine on the CPU and writes public/models/pocket/.
 * `npm run pocket [-- --out DIR --model DIR]`; stops and continues at any time (a checkpoint every 200 steps).
 */
import { existsSync } from 'node:fs';
import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compileTrainingModel, type CompiledTraining } from '../../src/compileTrainingModel.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeSelfContained } from '../../src/onnx/encode.ts';
import type { Device } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import type { TokenizedRow } from '../../src/text/tokenizedRow.ts';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type TrainingCheckpoint,
} from '../../src/training/checkpoint.ts';
import { totalSupervised } from '../../src/training/batches.ts';
import { OptimizerState } from '../../src/training/optimizerState.ts';
import { TrainingSessions } from '../../src/training/trainingSessions.ts';
import type { ByteLevelBpe } from './byteLevelBpe.ts';
import { corpusStyles, type CorpusStyle } from './corpus.ts';
import { fakeQuantize } from './fakeQuantize.ts';
import { recipe } from './modelShape.ts';
import { pretrainingModel } from './pocketModel.ts';
import { flatten, initialTensors, trainedNames, unflatten } from './pocketWeights.ts';
import { pocketShape } from './pocketShape.ts';
import { corpusRows, rowsAfter, settingsOf, take, totalSteps } from './stages.ts';
import { readTokenizer, trainTokenizer, writeTokenizer } from './tokenizer.ts';
import { writePocket } from './writePocket.ts';

const checkpointEvery = 200;

interface Pretraining {
  readonly out: string;
  readonly program: CompiledTraining;
  readonly device: Device;
  readonly sessions: TrainingSessions;
  readonly state: OptimizerState;
  readonly sequences: Iterator<TokenizedRow, never>;
  readonly validation: readonly (readonly [name: string, rows: readonly TokenizedRow[]])[];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: 'out/pocket' },
      model: { type: 'string', default: 'public/models/pocket' },
    },
  });
  const bpe = await openTokenizer(join(values.out, 'model'));
  const { programs, bytes } = await compile();
  const program = programs[0]!;
  const device = createNodeDevice();
  const sessions = new TrainingSessions(device, programs, { files: [{ path: 'pocket.onnx', data: bytes }] });
  const start = await startFrom(join(values.out, 'checkpoint.bin'), program);
  const state = new OptimizerState(device, await sessions.optimizer(), start);
  const sequences = rowsAfter(start.step, bpe);
  const validation = Object.entries(validationKinds).map(([name, kinds]) => {
    const rows = corpusRows(recipe.seed + 1000, bpe, { ...corpusStyles.general, kinds });
    return [name, take(rows, recipe.validationSequences)] as const;
  });
  const run = { out: values.out, program, device, sessions, state, sequences, validation };
  await pretrain(run, start.step);
  const { parameters } = await state.download();
  await writeTokenizer(bpe, values.model, pocketShape.contextLength);
  await writePocket(values.model, unflatten(parameters, program.layout), await readLog(values.out));
  await sessions.dispose();
}

/** The tokenizer that the run began with; a run that goes on under another one forgets what it knew. */
async function openTokenizer(folder: string): Promise<ByteLevelBpe> {
  if (!existsSync(join(folder, 'tokenizer.json'))) {
    const { tokenizerSeed, vocabularySize, contextLength } = pocketShape;
    await writeTokenizer(trainTokenizer(tokenizerSeed, vocabularySize), folder, contextLength);
  }
  return readTokenizer(folder);
}

/** One program for what a batch usually learns, which leaves a third of the head's work out, and one for all tokens. */
async function compile(): Promise<{ programs: CompiledTraining[]; bytes: Uint8Array }> {
  const bytes = await encodeSelfContained(
    pretrainingModel(initialTensors(recipe.seed)),
    () => new Uint8Array(),
  );
  const decoder = decodeModel(bytes, 'pocket.onnx');
  const { batchSize, sequenceLength } = recipe;
  const programs = [0.68, 1].map((share) =>
    compileTrainingModel(
      { decoder, fileName: 'pocket.onnx' },
      { kind: 'weights', names: trainedNames(decoder) },
      {
        batchSize,
        sequenceLength,
        maxSupervised: Math.ceil(share * batchSize * sequenceLength),
        logitsChunk: 1024,
      },
    ),
  );
  return { programs, bytes };
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

/** What to watch: the whole mixture, the facts to remember, and answers that only a text can tell. */
const validationKinds: Record<string, CorpusStyle['kinds']> = {
  validation_loss: corpusStyles.general.kinds,
  memory_loss: [['heldBackSurvey', 1]],
  reading_loss: [['readingExercise', 1]],
};

async function pretrain(run: Pretraining, startStep: number): Promise<void> {
  let tokens = startStep * recipe.batchSize * recipe.sequenceLength;
  const begin = performance.now();
  let seen = 0;
  for (let step = startStep + 1; step <= totalSteps; step++) {
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
    if (step % checkpointEvery === 0 || step === totalSteps) await checkpoint(run, step, tokens);
  }
}

async function trainStep(run: Pretraining, step: number, rows: readonly TokenizedRow[]) {
  const { state, sessions } = run;
  const { learningRate, isRounded } = settingsOf(step);
  const rounded = isRounded ? await roundedParameters(run) : null;
  const from = { parameters: rounded ?? state.parameters, gradient: state.zeroGradient };
  const { loss, gradient } = await sessions.gradient(rows, 1 / totalSupervised(rows), from);
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

/** Validates, and stores what a restart needs and the model so far; its weights are only rounded well at the end. */
async function checkpoint(run: Pretraining, step: number, tokens: number): Promise<void> {
  const losses: Record<string, number> = {};
  const evaluated = { parameters: run.state.parameters, gradient: run.state.zeroGradient };
  for (const [name, rows] of run.validation) losses[name] = await run.sessions.evaluate(rows, evaluated);
  await log(run.out, { step, ...losses });
  const vectors = await run.state.download();
  const path = join(run.out, 'checkpoint.bin');
  await writeFile(`${path}.new`, encodeCheckpoint({ step, tokens, config: {}, ...vectors }));
  await rename(`${path}.new`, path);
  await writePocket(
    join(run.out, 'model'),
    unflatten(vectors.parameters, run.program.layout),
    await readLog(run.out),
  );
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
