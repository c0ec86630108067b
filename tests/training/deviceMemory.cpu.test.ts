import { afterAll, describe, expect, it } from 'vitest';
import type { Device, DeviceTensor } from '../../src/runtime/device.ts';
import { RuntimeFailure } from '../../src/runtime/failure.ts';
import { train } from '../../src/training/train.ts';
import type { TrainingInput } from '../../src/training/trainingRun.ts';
import { tinyProgram } from '../support/tinyProgram.ts';
import { collect, device, input, lossesOf, rows, shape, stepsOf } from '../support/trainingRuns.ts';

afterAll(() => device.dispose());

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

  /** Programs for four rows, which can be halved twice. */
  const four = () => {
    let batchSize = 4;
    return {
      programs: compiled(batchSize),
      recompile: () => (batchSize > 1 ? compiled((batchSize /= 2)) : null),
    };
  };

  it('leaves a checkpoint, halves the rows at a time, and trains on the same', async () => {
    const plenty = await collect(input(four()));
    const events = await collect(input({ ...four(), device: cramped(1) }));
    expect(events.slice(0, 5).map(({ type }) => type)).toEqual([
      'started', 'checkpoint', 'smallerBatch', 'checkpoint', 'smallerBatch',
    ]); // prettier-ignore
    expect(events.flatMap((event) => (event.type === 'smallerBatch' ? [event.batchSize] : []))).toEqual([
      2, 1,
    ]);
    lossesOf(events).forEach(([loss], i) => expect(loss).toBeCloseTo(lossesOf(plenty)[i]![0]!, 5));
    expect(stepsOf(events)).toHaveLength(10);
  });

  it('asks the device before the first step, and begins with what it has memory for', async () => {
    const known = (batchSize: number) =>
      compiled(batchSize).map((one) => ({
        ...one,
        memory: { weights: 1, activations: batchSize, state: 10 },
      }));
    const asked: object[] = [];
    const tryMemory: Device['tryMemory'] = (need) => {
      asked.push(need);
      if (need.working <= 12) return Promise.resolve();
      return Promise.reject(new RuntimeFailure('out-of-memory', 'There is no room.'));
    };
    const createSession: Device['createSession'] = (...given) => device.createSession(...given);
    const tight = Object.assign(Object.create(device) as Device, { tryMemory, createSession });
    const events = await collect(input({ programs: known(4), recompile: () => known(2), device: tight }));
    expect(asked).toEqual([
      { weights: 1, working: 14 },
      { weights: 1, working: 12 },
    ]);
    expect(events.slice(0, 3).map(({ type }) => type)).toEqual(['started', 'smallerBatch', 'step']);
    const plenty = lossesOf(await collect(input(four())));
    lossesOf(events).forEach(([loss], i) => expect(loss).toBeCloseTo(plenty[i]![0]!, 5));
    const nothing = input({ programs: known(4), recompile: () => null, device: tight });
    await expect(collect(nothing)).rejects.toThrow('There is no room.');
  });

  it('gives up where a single row is too much, or nothing can be compiled anew', async () => {
    await expect(collect(input({ ...four(), device: cramped(0) }))).rejects.toThrow('needs more memory');
    await expect(collect(input({ programs: compiled(4), device: cramped(1) }))).rejects.toThrow(
      'needs more memory',
    );
  });

  it('does not change a step where the programs have fewer rows from the beginning', async () => {
    const events = await collect(input({ programs: compiled(1), batchSize: 4 }));
    const plenty = lossesOf(await collect(input(four())));
    lossesOf(events).forEach(([loss], i) => expect(loss).toBeCloseTo(plenty[i]![0]!, 5));
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
