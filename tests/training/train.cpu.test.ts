import { afterAll, describe, expect, it } from 'vitest';
import type { Device } from '../../src/runtime/device.ts';
import { tokenizedRow } from '../../src/text/tokenizedRow.ts';
import { learningRateAt } from '../../src/training/schedule.ts';
import { ReferenceAdamW, referenceLoss } from '../support/referenceTraining.ts';
import { countingRows, startParameters, tinyProgram } from '../support/tinyProgram.ts';
import {
  collect,
  device,
  input,
  lossesOf,
  program,
  resultOf,
  rows,
  stepsOf,
} from '../support/trainingRuns.ts';

afterAll(() => device.dispose());

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
