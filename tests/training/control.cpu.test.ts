import { afterAll, describe, expect, it } from 'vitest';
import { TrainingControl } from '../../src/training/control.ts';
import { train } from '../../src/training/train.ts';
import type { TrainingEvent } from '../../src/training/trainingEvents.ts';
import { startParameters } from '../support/tinyProgram.ts';
import { checkpointsOf, collect, device, input, lossesOf, resultOf } from '../support/trainingRuns.ts';

afterAll(() => device.dispose());

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
