import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compileStreamedTraining } from '../../src/compileStreamedTraining.ts';
import { totalBytesOf } from '../../src/graph/memoryEstimate.ts';
import { decodeModel } from '../../src/onnx/decode.ts';
import type { Device, Session } from '../../src/runtime/device.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import type { TrainingInput } from '../../src/training/trainingRun.ts';
import { train } from '../../src/training/train.ts';
import type { TrainingEvent } from '../../src/training/trainingEvents.ts';
import { bothPrograms, expectSame, modelWithFile, startParameters } from '../support/streamedRun.ts';
import { countingRows } from '../support/tinyProgram.ts';
import { collect, input, lossesOf, resultOf } from '../support/trainingRuns.ts';
import { readTraced, tracedBatch, weightsOf } from '../support/tracedModels.ts';
import { followTrajectory, readTrajectory, toTokenizedRow } from '../support/trajectory.ts';

const device = createNodeDevice({ threads: 1 });
const folder = await mkdtemp(join(tmpdir(), 'streaming-'));
afterAll(async () => {
  await device.dispose();
  await rm(folder, { recursive: true });
});

const weightsFile = 'model_q4.onnx_data';
const model = modelWithFile(weightsFile);
await writeFile(join(folder, weightsFile), new Uint8Array(await model.blob.arrayBuffer()));
const budget = 200_000;
const { streamed, whole } = bothPrograms(model.decoder, budget);

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
      parameters: startParameters(whole.layout.size),
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
    expect(watched.peak()).toBeLessThanOrEqual(streamed.memory.mostWeights);
    expect(totalBytesOf(streamed.memory)).toBeLessThanOrEqual(budget);
  });

  it('gives back the memory of all that pieces pass on', async () => {
    const outputs: ArrayBufferView[] = [];
    const watching: Device = Object.assign(Object.create(device) as Device, {
      createSession: async (...args: Parameters<Device['createSession']>) => {
        const session = await device.createSession(...args);
        const run: Session['run'] = async (...feeds) => {
          const results = await Object.getPrototypeOf(session).run.call(session, ...feeds);
          for (const tensor of Object.values(results))
            outputs.push((tensor as { data: ArrayBufferView }).data);
          return results;
        };
        return Object.assign(session, { run });
      },
    });
    await collect(runWith([streamed], { device: watching }));
    expect(outputs.length).toBeGreaterThan(50);
    const held = outputs.filter(({ byteLength }) => byteLength > 4);
    expect(held).toEqual([]);
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
      /^The weight file model_q4\.onnx_data cannot be read \(ENOENT.*\); put it back and resume from the last checkpoint\.$/,
    );
    await rename(`${path}.gone`, path);
    const last = events.at(-1);
    expect(last).toMatchObject({ type: 'checkpoint', checkpoint: { step: 2 } });
    const resumeFrom = last?.type === 'checkpoint' ? last.checkpoint : undefined;
    const rest = await collect(runWith([streamed], { resumeFrom: resumeFrom! }));
    expect(lossesOf(rest)).toEqual(lossesOf(await collect(runWith([whole]))).slice(2));
  });

  it('reads a head whose rows are not tokens as much at a time as the device binds', async () => {
    const path = 'model.onnx_data';
    const { decoder, blob } = modelWithFile(path, 'fp32');
    const weights = { files: [{ path, data: new Uint8Array(await blob.arrayBuffer()) }] };
    const programs = bothPrograms(decoder, 400_000, undefined, 4300);
    const { graph } = programs.streamed.forward.at(-1)!;
    const { initializers } = decodeModel(graph, 'piece').graph;
    // 21 of the matrix's 64 rows.
    expect(initializers.filter(({ dims }) => dims.join() === '21,50').length).toBeGreaterThan(1);
    await expectSame(programs, { device, weights, rows: countingRows(4) }, 0);
  });

  it.each([
    ['gpt2', 'all'],
    // Beyond that, onnxruntime takes scalar factors into products where both are in one session, which rounds differently.
    ['lfm2', 'basic'],
  ] as const)('trains a traced %s as in one session', async (family, graphOptimization) => {
    const optimized: Device = Object.assign(Object.create(device) as Device, {
      createSession: (...[source, options]: Parameters<Device['createSession']>) =>
        device.createSession(source, { ...options, graphOptimization }),
    });
    const traced = await readTraced(family);
    const programs = bothPrograms(traced, 400_000, { ...tracedBatch, maxSupervised: 24 });
    const rows = traced.trajectory.rows.map(toTokenizedRow);
    await expectSame(programs, { device: optimized, weights: weightsOf(traced), rows }, 0);
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
