import { afterAll, describe, expect, it } from 'vitest';
import type { Device, DeviceTensor } from '../../src/runtime/device.ts';
import { RuntimeFailure } from '../../src/runtime/failure.ts';
import { createNodeDevice } from '../../src/runtime/node.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import {
  decodeCheckpoint,
  encodeCheckpoint,
  type TrainingCheckpoint,
} from '../../src/training/checkpoint.ts';
import { TrainingControl } from '../../src/training/control.ts';
import { defaultTrainingOptions, type TrainingOptions } from '../../src/training/options.ts';
import { learningRateAt } from '../../src/training/schedule.ts';
import { train } from '../../src/training/train.ts';
import type { StepEvent, TrainingEvent } from '../../src/training/trainingEvents.ts';
import type { TrainingInput } from '../../src/training/trainingRun.ts';
import { ReferenceAdamW, referenceLoss } from '../support/referenceTraining.ts';
import { countingRows, startParameters, tinyProgram } from '../support/tinyProgram.ts';

const device = createNodeDevice({ threads: 1 });
afterAll(() => device.dispose());

const shape = { batchSize: 2, sequenceLength: 8, maxSupervised: 14 };
const program = tinyProgram(shape);
const rows = countingRows(7);

const options: TrainingOptions = { ...defaultTrainingOptions, learningRate: 0.05, duration: { steps: 10 } };

function input(
  changes: Partial<TrainingInput> = {},
  optionChanges: Partial<TrainingOptions> = {},
): TrainingInput {
  return {
    device,
    programs: [program],
    weights: { files: [] },
    parameters: startParameters(),
    rows,
    options: { ...options, ...optionChanges },
    ...changes,
  };
}

async function collect(run: TrainingInput, limit = Infinity): Promise<TrainingEvent[]> {
  const events: TrainingEvent[] = [];
  for await (const event of train(run)) if (events.push(event) >= limit) break;
  return events;
}

const stepsOf = (events: readonly TrainingEvent[]) =>
  events.filter((event): event is StepEvent => event.type === 'step');
const lossesOf = (events: readonly TrainingEvent[]) =>
  stepsOf(events).map(({ loss, gradNorm }) => [loss, gradNorm]);
const resultOf = (events: readonly TrainingEvent[]) => {
  const last = events.at(-1);
  if (last?.type !== 'finished') throw new Error(`The last event is ${last?.type}.`);
  return last;
};
const checkpointsOf = (events: readonly TrainingEvent[]): TrainingCheckpoint[] =>
  events.flatMap((event) => ('checkpoint' in event ? [event.checkpoint] : []));

describe('training', () => {
  it('follows a textbook implementation in double precision', async () => {
    const changes = {
      shuffle: false,
      gradientAccumulationSteps: 2,
      schedule: 'cosine',
      warmupSteps: 3,
      weightDecay: 0.1,
      maxGradNorm: 0.5,
    } as const;
    const events = await collect(input({}, changes));
    const reference = new ReferenceAdamW(startParameters());
    for (const [i, event] of stepsOf(events).entries()) {
      const batch = Array.from({ length: 4 }, (_, k) => rows[(i * 4 + k) % rows.length]!);
      const { loss, gradient } = referenceLoss(batch, reference.parameters);
      const rate = learningRateAt(i, { ...changes, learningRate: 0.05, totalSteps: 10 });
      const norm = reference.step(gradient, rate, changes.weightDecay, changes.maxGradNorm);
      expect(event.loss).toBeCloseTo(loss, 5);
      expect(event.gradNorm).toBeCloseTo(norm, 5);
      expect(event.learningRate).toBe(rate);
    }
    resultOf(events).parameters.forEach((value, i) => expect(value).toBeCloseTo(reference.parameters[i]!, 4));
  });

  it('learns', async () => {
    const losses = stepsOf(
      await collect(input({}, { learningRate: 0.1, schedule: 'constant', duration: { epochs: 10 } })),
    ).map(({ loss }) => loss);
    expect(losses).toHaveLength(35);
    expect(losses[0]).toBeCloseTo(Math.log(12), 0);
    expect(losses.at(-1)).toBeLessThan(0.5 * losses[0]!);
  });

  it('accumulates microbatches to the loss and gradient of one large batch', async () => {
    const large = tinyProgram({ batchSize: 4, sequenceLength: 8, maxSupervised: 28 });
    const whole = lossesOf(await collect(input({ programs: [large] })));
    const parts = lossesOf(await collect(input({}, { gradientAccumulationSteps: 2 })));
    parts.flat().forEach((value, i) => expect(value).toBeCloseTo(whole.flat()[i]!, 5));
  });

  it('uses the shortest program that holds a batch, with the same result', async () => {
    const short = tinyProgram({ batchSize: 2, sequenceLength: 4, maxSupervised: 6 });
    const created: string[] = [];
    const watching: Device = Object.assign(Object.create(device) as Device, {
      createSession: (...[source, settings]: Parameters<Device['createSession']>) => {
        created.push(settings?.label ?? '');
        return device.createSession(source, settings);
      },
    });
    const both = lossesOf(await collect(input({ programs: [program, short], device: watching })));
    const one = lossesOf(await collect(input()));
    both.flat().forEach((value, i) => expect(value).toBeCloseTo(one.flat()[i]!, 5));
    expect(created).toContain('training graph for 4 tokens');
    expect(created).toContain('training graph for 8 tokens');
  });

  it('says at the start what it will do, and leaves out rows with nothing to learn', async () => {
    const long = tokenizedRow(
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      Array.from({ length: 10 }, (_, t) => t > 4),
    );
    const hopeless = tokenizedRow(
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      Array.from({ length: 10 }, (_, t) => t > 8),
    );
    const [started] = await collect(input({ rows: [...rows, long, hopeless] }), 1);
    expect(started).toEqual({
      type: 'started',
      step: 0,
      totalSteps: 10,
      parameterCount: 72,
      rows: 8,
      truncatedRows: 1,
      droppedRows: 1,
    });
  });

  it('evaluates before the first step, every few steps and at the end', async () => {
    const held = countingRows(3);
    const events = await collect(input({ evaluationRows: held }, { evaluateEvery: 4 }));
    const evaluations = events.filter((event) => event.type === 'evaluation');
    expect(evaluations.map(({ step }) => step)).toEqual([0, 4, 8, 10]);
    expect(evaluations[0]!.loss).toBeCloseTo(referenceLoss(held, [...startParameters()]).loss, 5);
    expect(evaluations[3]!.loss).toBeCloseTo(referenceLoss(held, [...resultOf(events).parameters]).loss, 5);
  });
});

describe('resuming', () => {
  const settings = { checkpointEvery: 1, gradientAccumulationSteps: 2, weightDecay: 0.01 } as const;

  it.each([1, 4, 9])('after step %i gives the very losses of a run that never stopped', async (stop) => {
    const whole = await collect(input({}, settings));
    const bytes = encodeCheckpoint(checkpointsOf(whole)[stop - 1]!);
    const rest = await collect(input({ resumeFrom: decodeCheckpoint(bytes) }, settings));
    expect(lossesOf(rest)).toEqual(lossesOf(whole).slice(stop));
    expect(resultOf(rest).parameters).toEqual(resultOf(whole).parameters);
    expect(stepsOf(rest).map(({ step, tokens }) => [step, tokens])).toEqual(
      stepsOf(whole).slice(stop).map(({ step, tokens }) => [step, tokens]), // prettier-ignore
    );
  });

  it.each([
    [{ learningRate: 0.1 }, 'learningRate = 0.05, but this run has 0.1'],
    [{ seed: 5 }, 'seed = 0, but this run has 5'],
    [{ shuffle: false }, 'shuffle = true, but this run has false'],
    [{ duration: { steps: 12 } }, 'totalSteps = 10, but this run has 12'],
  ])('with other settings %o is refused', async (changes, message) => {
    const [resumeFrom] = checkpointsOf(await collect(input({}, settings), 3));
    await expect(collect(input({ resumeFrom }, { ...settings, ...changes }))).rejects.toThrow(message);
  });

  it('with other data or another adapter is refused', async () => {
    const [resumeFrom] = checkpointsOf(await collect(input({}, settings), 3));
    await expect(collect(input({ resumeFrom, rows: countingRows(6) }, settings))).rejects.toThrow('rows = ');
    const smaller = { ...resumeFrom!, parameters: new Float32Array(3) };
    await expect(collect(input({ resumeFrom: smaller }, settings))).rejects.toThrow(
      /holds 3 parameters.*trains 72/,
    );
  });

  it('may extend a run with a constant rate', async () => {
    const constant = { ...settings, schedule: 'constant' } as const;
    const short = await collect(input({}, { ...constant, duration: { steps: 4 } }));
    const resumeFrom = checkpointsOf(short).at(-1)!;
    const rest = await collect(input({ resumeFrom }, constant));
    expect(lossesOf([...short, ...rest])).toEqual(lossesOf(await collect(input({}, constant))));
  });
});

describe('a run that is not left alone', () => {
  it('waits while paused, with a checkpoint, and goes on as if nothing had been', async () => {
    const control = new TrainingControl();
    const events: TrainingEvent[] = [];
    for await (const event of train(input({ control }))) {
      events.push(event);
      if (event.type === 'step' && event.step === 3) control.pause();
      if (event.type === 'paused') setTimeout(() => control.resume(), 20);
    }
    const paused = events.findIndex(({ type }) => type === 'paused');
    expect(events[paused]).toMatchObject({ checkpoint: { step: 3 } });
    expect(lossesOf(events)).toEqual(lossesOf(await collect(input())));
  });

  it('stops after the current step with a checkpoint and what it has', async () => {
    const control = new TrainingControl();
    const events: TrainingEvent[] = [];
    for await (const event of train(input({ control }, { checkpointEvery: 100 }))) {
      events.push(event);
      if (event.type === 'step' && event.step === 3) control.stop();
    }
    expect(events.map(({ type }) => type)).toEqual([
      'started',
      'step',
      'step',
      'step',
      'checkpoint',
      'finished',
    ]);
    expect(resultOf(events)).toMatchObject({ step: 3, isStopped: true });
    expect(resultOf(events).parameters).toEqual(checkpointsOf(events)[0]!.parameters);
  });

  it('can be stopped while it is paused', async () => {
    const control = new TrainingControl();
    control.pause();
    setTimeout(() => control.stop(), 20);
    expect(resultOf(await collect(input({ control })))).toMatchObject({ step: 0, isStopped: true });
  });

  it.each(['running', 'paused'])('throws the reason of an abort while %s', async (state) => {
    const control = new TrainingControl();
    const abort = new AbortController();
    if (state === 'paused') control.pause();
    setTimeout(() => abort.abort(new Error('the person left')), 20);
    const endless = input({ control, signal: abort.signal }, { duration: { steps: 1e6 } });
    await expect(collect(endless)).rejects.toThrow('the person left');
  });

  it('says when it diverges', async () => {
    const parameters = startParameters().fill(Number.NaN);
    await expect(collect(input({ parameters }))).rejects.toThrow(
      'Training diverged at step 1: loss NaN, gradient norm NaN. Use a lower learning rate or a longer warm-up.',
    );
  });

  it.each([
    [{ duration: { steps: 0 } }, 'steps must be a whole number above 0, not 0.'],
    [{ duration: { epochs: -1 } }, 'epochs must be above 0, not -1.'],
    [{ learningRate: Number.NaN }, 'learningRate must be 0 or more, not NaN.'],
    [
      { gradientAccumulationSteps: 1.5 },
      'gradientAccumulationSteps must be a whole number above 0, not 1.5.',
    ],
  ])('refuses %o', async (changes, message) => {
    await expect(collect(input({}, changes))).rejects.toThrow(message);
  });

  it('refuses to train on nothing', async () => {
    await expect(collect(input({ rows: [] }))).rejects.toThrow(/None of the 0 rows/);
  });
});

/** The device with a count of what was handed out and not yet given back. */
function countingDevice() {
  const live = new Set<DeviceTensor>();
  let openSessions = 0;
  let runs = 0;
  const track = (tensor: DeviceTensor): DeviceTensor => {
    live.add(tensor);
    const dispose = tensor.dispose.bind(tensor);
    const forget = () => {
      live.delete(tensor);
      dispose();
    };
    return Object.assign(tensor, { dispose: forget });
  };
  const counting: Device = Object.assign(Object.create(device) as Device, {
    upload: (...args: Parameters<Device['upload']>) => track(device.upload(...args)),
    createSession: async (...args: Parameters<Device['createSession']>) => {
      const session = await device.createSession(...args);
      openSessions++;
      return {
        ...session,
        run: async (...feeds: Parameters<typeof session.run>) => {
          if (runs++ === counts.failAt) throw new Error('the GPU was lost');
          const outputs = await session.run(...feeds);
          Object.values(outputs).forEach(track);
          return outputs;
        },
        dispose: async () => {
          openSessions--;
          await session.dispose();
        },
      };
    },
  });
  const counts = { device: counting, failAt: -1, live: () => [live.size, openSessions] };
  return counts;
}

describe('what a run puts on the device', () => {
  it('is gone when it has finished', async () => {
    const counts = countingDevice();
    const changes = { gradientAccumulationSteps: 3, evaluateEvery: 2, checkpointEvery: 2 } as const;
    await collect(input({ device: counts.device, evaluationRows: rows }, changes));
    expect(counts.live()).toEqual([0, 0]);
  });

  it('does not grow with the steps', async () => {
    const counts = countingDevice();
    const sizes: number[] = [];
    for await (const event of train(input({ device: counts.device }))) {
      if (event.type === 'step') sizes.push(counts.live()[0]!);
    }
    // Parameters, two moments, and the zero gradient.
    expect(new Set(sizes)).toEqual(new Set([4]));
  });

  it('is gone when the consumer leaves', async () => {
    const counts = countingDevice();
    await collect(input({ device: counts.device }), 4);
    expect(counts.live()).toEqual([0, 0]);
  });

  it('is gone when the run is aborted between microbatches', async () => {
    const counts = countingDevice();
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error('left')), 30);
    const changes = { gradientAccumulationSteps: 1000 };
    await expect(collect(input({ device: counts.device, signal: abort.signal }, changes))).rejects.toThrow(
      'left',
    );
    expect(counts.live()).toEqual([0, 0]);
  });

  it.each([0, 1, 2, 3, 4, 5])('is gone when run %i fails', async (failAt) => {
    const counts = countingDevice();
    counts.failAt = failAt;
    const changes = { gradientAccumulationSteps: 2 };
    await expect(collect(input({ device: counts.device }, changes))).rejects.toThrow('the GPU was lost');
    expect(counts.live()).toEqual([0, 0]);
  });
});

describe('running out of memory', () => {
  const compiled = (batchSize: number) => [
    tinyProgram({ ...shape, batchSize, maxSupervised: 7 * batchSize }),
  ];

  /** The device, on which graphs for more than `most` rows fail as onnxruntime does. */
  function cramped(most: number): Device {
    const createSession: Device['createSession'] = async (source, options) => {
      const session = await device.createSession(source, options);
      const run: typeof session.run = (feeds, fetches) => {
        if ((feeds['input_ids']?.dims[0] ?? 0) > most)
          return Promise.reject(new RuntimeFailure('out-of-memory', 'The training graph needs more memory.'));
        return session.run(feeds, fetches);
      };
      return { ...session, inputNames: session.inputNames, run, dispose: () => session.dispose() };
    };
    return Object.assign(Object.create(device) as Device, { createSession });
  }

  const four = { programs: compiled(4), recompile: compiled };

  it('leaves a checkpoint, halves the rows at a time, and trains on the same', async () => {
    const plenty = await collect(input(four));
    const events = await collect(input({ ...four, device: cramped(1) }));
    expect(events.slice(0, 5).map(({ type }) => type)).toEqual([
      'started', 'checkpoint', 'smallerBatch', 'checkpoint', 'smallerBatch',
    ]); // prettier-ignore
    expect(events.flatMap((event) => (event.type === 'smallerBatch' ? [event.batchSize] : []))).toEqual([
      2, 1,
    ]);
    lossesOf(events).forEach(([loss], i) => expect(loss).toBeCloseTo(lossesOf(plenty)[i]![0]!, 5));
    expect(stepsOf(events)).toHaveLength(10);
  });

  it('gives up where a single row is too much, or nothing can be compiled anew', async () => {
    await expect(collect(input({ ...four, device: cramped(0) }))).rejects.toThrow('needs more memory');
    await expect(collect(input({ programs: four.programs, device: cramped(1) }))).rejects.toThrow(
      'needs more memory',
    );
  });

  it('evaluates with the training graph where there is no other', async () => {
    const evaluated = (programs: TrainingInput['programs']) =>
      collect(input({ programs, evaluationRows: rows }, { evaluateEvery: 5 }));
    const losses = async (programs: TrainingInput['programs']) =>
      (await evaluated(programs)).flatMap((event) => (event.type === 'evaluation' ? [event.loss] : []));
    const own = await losses(compiled(4));
    const shared = await losses(compiled(4).map((one) => ({ ...one, forwardGraph: null })));
    expect(shared).toHaveLength(3);
    shared.forEach((loss, i) => expect(loss).toBeCloseTo(own[i]!, 6));
  });
});
