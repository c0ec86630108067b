import { describe, expect, it } from 'vitest';
import {
  describeProgress,
  describeShortage,
  inWords,
  trainingSecondsLeft,
  tokensPerSecond,
} from '../../src/ui/store/runProgress.ts';
import { initialRunState, replayRun } from '../../src/ui/store/runState.ts';
import type { RunEvent, StepEvent } from '../../src/workerApi/runEvent.ts';
import { exampleDomain, recordedRun } from './support/recordedRun.ts';

const events = [...recordedRun(exampleDomain('biomedicine'))];

const stepAt = (step: number): StepEvent => ({
  ...{ type: 'step', step, loss: 1, gradNorm: 1, learningRate: 1e-3, epoch: 0 },
  tokens: step * 200,
  seconds: 0.5,
});

describe('progress', () => {
  it('knows no share before the model is loaded', () => {
    expect(describeProgress(initialRunState)).toMatchObject({ title: 'Getting ready', share: null });
  });

  it('says how many tasks are written', () => {
    const cut = events.findIndex((event) => event.type === 'progress' && event.done === 12);
    expect(describeProgress(replayRun(events.slice(0, cut + 1)))).toEqual({
      title: 'Writing tasks',
      share: 0.5,
      text: '12 of 24 tasks written',
    });
  });

  it('says how fast the model writes, and what share of the batch is at work', () => {
    const cut = events.findIndex((event) => event.type === 'progress' && event.done === 12);
    const writing = { tokens: 420, seconds: 2, busyRows: 0.976, possibleRows: 430 };
    const told = { ...events[cut], writing } as RunEvent;
    expect(describeProgress(replayRun([...events.slice(0, cut), told]), 60).text).toMatch(
      /^12 of 24 tasks written, .* left; 210 tokens a second, 98 % of the batch at work$/,
    );
  });

  it('says which step training is at, and how long it takes yet', () => {
    const cut = events.findIndex(
      (event) =>
        event.type === 'training' &&
        event.model === 'specialized' &&
        event.event.type === 'step' &&
        event.event.step === 10,
    );
    expect(describeProgress(replayRun(events.slice(0, cut + 1)))).toEqual({
      title: 'Training the specialist',
      share: 0.25,
      text: 'Step 10 of 40, a few seconds left',
    });
  });

  it('estimates time and speed from the last steps', () => {
    const training = {
      round: 1,
      totalSteps: 100,
      steps: Array.from({ length: 40 }, (_, i) => stepAt(i + 1)),
      validation: [],
      shortage: null,
      plan: null,
      activations: null,
      skips: [],
    };
    expect(trainingSecondsLeft(training)).toBe(30);
    expect(tokensPerSecond(training)).toBe(400);
  });

  it('has no estimate from one step', () => {
    expect(
      trainingSecondsLeft({
        round: 1,
        totalSteps: 100,
        steps: [stepAt(1)],
        validation: [],
        shortage: null,
        plan: null,
        activations: null,
        skips: [],
      }),
    ).toBeNull();
  });

  it('says that the memory ran short, and that training goes on with fewer tasks at a time', () => {
    const shortAt = (step: number, batchSize: number) => {
      const event = { type: 'smallerBatch', step, batchSize } as const;
      const { trainings } = replayRun([
        ...events,
        { type: 'training', model: 'specialized', round: 1, event },
      ]);
      return describeShortage(trainings.specialized);
    };
    expect(describeShortage(replayRun(events).trainings.specialized)).toBeNull();
    expect(shortAt(12, 4)).toBe(
      'The memory ran short after step 12. Nothing is lost: training goes on with less, 4 tasks at a time, which is slower and comes to the same result.',
    );
    expect(shortAt(0, 1)).toContain(
      'at the first step. Nothing is lost: training goes on with less, one task at a time',
    );
  });

  it.each([
    [4, 'a few seconds'],
    [44, 'about 40 s'],
    [360, 'about 6 min'],
    [7200, 'about 2 h'],
  ])('puts %d seconds as "%s"', (seconds, words) => {
    expect(inWords(seconds)).toBe(words);
  });
});
