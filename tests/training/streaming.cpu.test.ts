import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compileStreamedTraining } from '../../src/compileStreamedTraining.ts';
import { compileTrainingModel, type DecoderModel, type Trainable } from '../../src/compileTrainingModel.ts';
import { exportDecoder } from '../../src/exporter/exportDecoder.ts';
import { splitWeights } from '../../src/exporter/splitWeights.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import { encodeModel } from '../../src/onnx/encode.ts';
import type { Device } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import type { TrainingInput } from '../../src/training/trainingRun.ts';
import { train } from '../../src/training/train.ts';
import type { TrainingEvent } from '../../src/training/trainingEvents.ts';
import { randomCheckpoint, tinyConfigs } from '../exporter/randomCheckpoint.ts';
import { countingRows } from '../support/tinyProgram.ts';
import { collect, input, lossesOf, resultOf } from '../support/trainingRuns.ts';
import { followTrajectory, readTrajectory } from '../support/trajectory.ts';

const device = createNodeDevice({ threads: 1 });
const folder = await mkdtemp(join(tmpdir(), 'streaming-'));
afterAll(async () => {
  await device.dispose();
  await rm(folder, { recursive: true });
});

const lora: Trainable = { kind: 'lora', targetModules: 'all-linear', rank: 2, alpha: 4 };
const shape = { batchSize: 2, sequenceLength: 8, maxSupervised: 14 };
const weightsFile = 'model_q4.onnx_data';

/** A model with its weights in a file beside the graph, as they come from the Hub. */
async function modelInFolder(): Promise<DecoderModel> {
  const exported = exportDecoder({
    config: tinyConfigs.llama,
    tensors: randomCheckpoint('llama'),
    dtype: 'q4',
  });
  const { model, pieces } = splitWeights(exported, weightsFile);
  await writeFile(join(folder, weightsFile), Buffer.concat(pieces));
  return { decoder: decodeModel(encodeModel(model), 'model_q4.onnx'), fileName: 'model_q4.onnx' };
}

const model = await modelInFolder();
const budget = 200_000;
/** 20 of 50 tokens at a time. */
const options = { largestHeadSlice: 20 * 64 * 4 };
const streamed = compileStreamedTraining(model, lora, shape, budget, options);
const whole = compileTrainingModel(model, lora, shape, { ...options, recompute: 'perLayer' });

const runWith = (
  programs: TrainingInput['programs'],
  changes: Partial<TrainingInput> = {},
  settings: Partial<TrainingInput['options']> = {},
) =>
  input(
    {
      device,
      programs,
      weights: { folder },
      parameters: Float32Array.from({ length: whole.layout.size }, (_, i) => 0.05 * Math.sin(i)),
      rows: countingRows(7),
      ...changes,
    },
    { duration: { steps: 3 }, ...settings },
  );

describe('training with the weights streamed from disk', () => {
  it('gives the losses, norms and parameters of training in one session', async () => {
    const settings = { gradientAccumulationSteps: 2, evaluateEvery: 2, checkpointEvery: 2 };
    const evaluationRows = countingRows(3);
    const [inPieces, atOnce] = [
      await collect(runWith([streamed], { evaluationRows }, settings)),
      await collect(runWith([whole], { evaluationRows }, settings)),
    ];
    expect(streamed.forward.length + streamed.backward.length).toBeGreaterThan(6);
    expect(lossesOf(inPieces)).toEqual(lossesOf(atOnce));
    expect(resultOf(inPieces).parameters).toEqual(resultOf(atOnce).parameters);
    const evaluations = (events: readonly TrainingEvent[]) =>
      events.flatMap((event) => (event.type === 'evaluation' ? [event.loss] : []));
    expect(evaluations(inPieces)).toEqual(evaluations(atOnce));
  });

  it('goes on in pieces from a checkpoint of training in one session', async () => {
    const settings = { checkpointEvery: 1 };
    const atOnce = await collect(runWith([whole], {}, settings));
    const [checkpoint] = atOnce.flatMap((event) => (event.type === 'checkpoint' ? [event.checkpoint] : []));
    const rest = await collect(runWith([streamed], { resumeFrom: checkpoint! }, settings));
    expect(lossesOf(rest)).toEqual(lossesOf(atOnce).slice(1));
    expect(resultOf(rest).parameters).toEqual(resultOf(atOnce).parameters);
  });

  it('never holds more weights than estimated, nor the estimate more than the budget', async () => {
    const watched = watchWeights(device);
    await collect(runWith([streamed], { device: watched.device }));
    expect(watched.peak()).toBeGreaterThan(0);
    expect(watched.open()).toBe(0);
    expect(watched.peak()).toBeLessThanOrEqual(streamed.memory.weights);
    expect(streamed.memory.peak).toBeLessThanOrEqual(budget);
  });

  it('ends with a checkpoint and one sentence when a weight file vanishes', async () => {
    const events: TrainingEvent[] = [];
    const path = join(folder, weightsFile);
    const run = async () => {
      for await (const event of train(runWith([streamed]))) {
        events.push(event);
        if (event.type === 'step' && event.step === 2) await rename(path, `${path}.gone`);
      }
    };
    await expect(run()).rejects.toThrow(
      /^The weight file model_q4\.onnx_data, which layers are streamed from, cannot be read \(ENOENT.*\); put it back and resume from the last checkpoint\.$/,
    );
    await rename(`${path}.gone`, path);
    const last = events.at(-1);
    expect(last).toMatchObject({ type: 'checkpoint', checkpoint: { step: 2 } });
    const resumeFrom = last?.type === 'checkpoint' ? last.checkpoint : undefined;
    const rest = await collect(runWith([streamed], { resumeFrom: resumeFrom! }));
    expect(lossesOf(rest)).toEqual(lossesOf(await collect(runWith([whole]))).slice(2));
  });

  it('follows PyTorch for 32 steps', async () => {
    const files = await readTrajectory('llama', readFile);
    await followTrajectory(files, device, (decoder, trainable, batch) => {
      const program = compileStreamedTraining(decoder, trainable, batch, 400_000);
      expect(program.forward.length + program.backward.length).toBeGreaterThan(2);
      return program;
    });
  });
});

/** The device with a count of the weights that sessions and the buffer for the next one hold. */
function watchWeights(inner: Device) {
  let [held, buffer, peak, open] = [0, 0, 0, 0];
  const note = () => (peak = Math.max(peak, held + buffer));
  const watching: Device = Object.assign(Object.create(inner) as Device, {
    readWeights: (...args: Parameters<Device['readWeights']>) => {
      buffer = args[2].length;
      note();
      return inner.readWeights(...args);
    },
    createSession: async (...args: Parameters<Device['createSession']>) => {
      const session = await inner.createSession(...args);
      const { weights } = args[0];
      const bytes = 'files' in weights ? weights.files.reduce((sum, { data }) => sum + (data as Uint8Array).length, 0) : Infinity; // prettier-ignore
      held += bytes;
      open++;
      note();
      return Object.assign(session, {
        dispose: async () => {
          held -= bytes;
          open--;
          await Object.getPrototypeOf(session).dispose.call(session);
        },
      });
    },
  });
  return { device: watching, peak: () => peak, open: () => open };
}
