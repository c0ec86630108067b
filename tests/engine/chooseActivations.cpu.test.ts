import { afterAll, describe, expect, it } from 'vitest';
import { compileChosen, isStoredInHalf, type ActivationRequest } from '../../src/engine/chooseActivations.ts';
import { planMemory } from '../../src/engine/memoryPlan.ts';
import { trainAdapter } from '../../src/engine/trainAdapter.ts';
import { createRandom } from '../../src/random.ts';
import type { Device } from '../../src/runtime/device.ts';
import { RuntimeFailure } from '../../src/runtime/failure.ts';
import { defaultTrainingOptions } from '../../src/training/options.ts';
import type { TrainingEvent } from '../../src/training/trainingEvents.ts';
import { randomDecoder, lora } from '../support/randomDecoder.ts';
import { rows } from '../support/halfPrecision.ts';
import { modelWithFile } from '../support/streamedRun.ts';
import { checkpointsOf, device, stepsOf } from '../support/trainingRuns.ts';

afterAll(() => device.dispose());

/** onnxruntime's CPU kernels, which compute halves by way of floats, as if they were a GPU's. */
const capable = (changes: Partial<Device> = {}): Device =>
  Object.assign(Object.create(device) as Device, {
    createSession: ((...given) => device.createSession(...given)) satisfies Device['createSession'],
    computesInHalf: true,
    ...changes,
  });

const request = (changes: Partial<ActivationRequest> = {}): ActivationRequest => ({
  model: { decoder: randomDecoder('llama', 'q4f16'), weights: { files: [] } },
  device: capable(),
  rows,
  lora,
  batchSize: 3,
  maxLength: 16,
  ...changes,
});

const chosen = async (changes: Partial<ActivationRequest> = {}) => {
  const { compiled, request: compiledFor } = await compileChosen(request(changes));
  const precisions = compiled.programs.map((program) =>
    'activations' in program ? program.activations : null,
  );
  expect(new Set(precisions)).toEqual(new Set([compiledFor.activations]));
  return { precision: compiledFor.activations, told: compiled.plan.activations };
};

describe('what activations are computed in', () => {
  it('is half precision where device and model have it and a row agrees with float32', async () => {
    const { precision, told } = await chosen();
    expect(precision).toBe('float16');
    expect(told).toMatchObject({ precision: 'float16' });
    expect(told!.note).toMatch(
      /^Activations are computed in half precision: half precision changes a first row's loss by 0\.\d+ % and its gradient by 0\.\d+ %\.$/,
    );
  });

  it('is float32, without a word, on a device or with a model that has no other, and where that is asked for', async () => {
    const float = { precision: 'float32', told: undefined };
    expect(await chosen({ device })).toEqual(float);
    const stored = { decoder: randomDecoder('llama', 'q4'), weights: { files: [] } };
    expect(await chosen({ model: stored })).toEqual(float);
    expect(await chosen({ activations: 'float32' })).toEqual(float);
  });

  it('is half precision unchecked where that is asked for', async () => {
    const { precision, told } = await chosen({ device, activations: 'float16' });
    expect([precision, told!.note]).toEqual([
      'float16',
      'Activations are computed in half precision, as was asked for.',
    ]);
  });

  it('is half precision where that is asked for of a GPU that does not say whether it can, if it can', async () => {
    const failing = { createSession: () => Promise.reject(new RuntimeFailure('run-failed', 'No f16.')) };
    const gpu = (changes: Partial<Device> = {}) => capable({ provider: 'webgpu', computesInHalf: false, ...changes }); // prettier-ignore
    const able = await chosen({ device: gpu(), activations: 'float16' });
    expect([able.precision, able.told!.note]).toEqual([
      'float16',
      'Activations are computed in half precision, as was asked for.',
    ]);
    const unable = await chosen({ device: gpu(failing), activations: 'float16' });
    expect([unable.precision, unable.told]).toEqual([
      'float32',
      {
        precision: 'float32',
        note: 'Activations are computed in float32: half precision could not be checked (No f16).',
      },
    ]);
  });

  it('is float32 where weights are streamed, and says so where half precision was asked for', async () => {
    const { decoder } = modelWithFile('model_q4.onnx_data');
    const shape = { batchSize: 1, sequenceLength: 16 };
    const { totalBytes } = planMemory(decoder, lora, shape, 1000, {
      activations: 'float16',
      weights: 'once',
    });
    const model = { decoder, weights: { files: [] } };
    const planned = async (activations: 'auto' | 'float16') => {
      const streamed = request({ model, batchSize: 1, memoryBudget: 0.95 * totalBytes, activations });
      const { compiled, request: compiledFor } = await compileChosen(streamed);
      expect(compiled.plan.streaming).toBeDefined();
      expect(compiledFor.activations).toBe('float32');
      return compiled.plan.activations;
    };
    expect(await planned('float16')).toEqual({
      precision: 'float32',
      note: 'Activations are computed in float32, as always where weights are streamed.',
    });
    expect(await planned('auto')).toBeUndefined();
  });

  it('is float32 where half precision overflows, and says so', async () => {
    const { compiled } = await compileChosen(request({ activations: 'float32' }));
    const initial = new Float32Array(compiled.programs[0]!.layout.size).fill(1e5);
    const { precision, told } = await chosen({ initial });
    expect(precision).toBe('float32');
    expect(told!.note).toBe('Activations are computed in float32: half precision overflows on a first row.');
  });

  it('is float32 where half precision comes to something else, and says how far off that is', async () => {
    const createSession: Device['createSession'] = async (...given) => {
      const session = await device.createSession(...given);
      const run: typeof session.run = (feeds, fetches) => {
        const isHalf = 'loss_scale' in feeds;
        // A kernel that is wrong: weights of the labels are not what they were.
        const count = feeds['label_weights']?.dims[0] ?? 0;
        const weights = device.hostTensor(new Float32Array(count).fill(0.2), [count]);
        return session.run(isHalf ? { ...feeds, label_weights: weights } : feeds, fetches);
      };
      return { ...session, run, dispose: () => session.dispose() };
    };
    const { precision, told } = await chosen({ device: capable({ createSession }) });
    expect(precision).toBe('float32');
    expect(told!.note).toMatch(
      /^Activations are computed in float32: .* by \d+ % and .* 1 % and 5 % that rounding explains\.$/,
    );
  });

  it('is float32 where the device fails to compute halves, unless it is lost', async () => {
    const failing = (kind: 'run-failed' | 'device-lost') =>
      capable({
        createSession: () => Promise.reject(new RuntimeFailure(kind, 'There are no such kernels.')),
      });
    const { precision, told } = await chosen({ device: failing('run-failed') });
    expect(precision).toBe('float32');
    expect(told!.note).toBe(
      'Activations are computed in float32: half precision could not be checked (There are no such kernels).',
    );
    await expect(chosen({ device: failing('device-lost') })).rejects.toThrow('no such kernels');
  });

  it('counts scales as weights, and a separate embedding', () => {
    expect(isStoredInHalf(randomDecoder('llama', 'fp16'))).toBe(true);
    const q4 = randomDecoder('llama', 'q4');
    expect(isStoredInHalf(q4)).toBe(false);
    const embedding = { model: randomDecoder('llama', 'fp16').decoder, fileName: 'embedding.onnx' };
    expect(isStoredInHalf({ ...q4, embedding })).toBe(true);
  });
});

it('trains so, tells it beforehand, and resumes in what it began with', async () => {
  const run = async (changes: Partial<ActivationRequest> = {}) => {
    const random = createRandom(3, 'adapter');
    const options = { ...defaultTrainingOptions, schedule: 'constant', duration: { steps: 4 }, checkpointEvery: 2 } as const; // prettier-ignore
    const events: TrainingEvent[] = [];
    for await (const event of trainAdapter({ ...request(changes), options, random: () => random.next() }))
      events.push(event);
    return events;
  };
  const whole = await run();
  expect(whole[0]).toMatchObject({ type: 'planned', activations: { precision: 'float16' } });
  const [resumeFrom] = checkpointsOf(whole);
  const rest = await run({ resumeFrom: resumeFrom! });
  expect(rest[0]).toMatchObject({
    activations: { note: 'Activations are computed in half precision, as before.' },
  });
  const numbers = (events: readonly TrainingEvent[]) =>
    stepsOf(events).map(({ loss, gradNorm, lossScale }) => [loss, gradNorm, lossScale]);
  expect(numbers(rest)).toEqual(numbers(whole).slice(2));
  // What began in float32 goes on in it, on whatever device.
  const [float] = checkpointsOf(await run({ activations: 'float32' }));
  const [planned] = await run({ resumeFrom: float! });
  expect(planned).not.toHaveProperty('activations');
});
