import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countRules, isRejected } from '../../src/ui/store/rejectReasons.ts';
import { initialRunState, reduceRun, replayRun } from '../../src/ui/store/runState.ts';
import { describePieces, describeTrainingFit } from '../../src/ui/store/memoryWords.ts';
import { readRunEvents } from '../../src/ui/store/storedRun.ts';
import type { RunEvent } from '../../src/workerApi/runEvent.ts';
import { exampleDomain, recordedRun } from './support/recordedRun.ts';

const events = [...recordedRun(exampleDomain('biomedicine'))];
const upTo = (type: RunEvent['type']) =>
  events.slice(0, events.findIndex((event) => event.type === type) + 1);

describe('the state of a run', () => {
  it('holds every task with its decision', () => {
    const { tasks } = replayRun(events);
    expect(tasks).toHaveLength(24);
    expect(tasks.filter(isRejected)).toHaveLength(6);
    expect(tasks.filter(({ decision }) => decision === 'kept')).toHaveLength(18);
    expect(tasks.find(({ decision }) => decision === 'kept')?.output).toBe('pain');
  });

  it('counts rejects per rule, most frequent first', () => {
    const counts = countRules(replayRun(events).tasks);
    expect(counts.map(({ count }) => count)).toEqual([2, 2, 2]);
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(6);
  });

  it('keeps the two trainings apart', () => {
    const { trainings } = replayRun(events);
    expect(trainings.seedsOnly?.steps).toHaveLength(20);
    expect(trainings.specialized?.steps).toHaveLength(40);
    expect(trainings.specialized?.totalSteps).toBe(40);
  });

  it('has the report, both adapters and all three evaluations at the end', () => {
    const { report, adapters, evaluations } = replayRun(events);
    expect(report?.verdict).toBe('better');
    expect(Object.keys(adapters)).toEqual(['seedsOnly', 'specialized']);
    expect(Object.keys(evaluations)).toEqual(['base', 'seedsOnly', 'specialized']);
  });

  it('is the same replayed as it was live, wherever the replay began', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: events.length }), (cut) => {
        const live = events.slice(cut).reduce(reduceRun, replayRun(structuredClone(events.slice(0, cut))));
        expect(live).toEqual(replayRun(events));
      }),
      { numRuns: 30 },
    );
  });

  it('never changes a state that it was given', () => {
    const freeze = (state: typeof initialRunState) => Object.freeze(state);
    expect(() =>
      events.reduce((state, event) => freeze(reduceRun(state, event)), freeze(initialRunState)),
    ).not.toThrow();
  });

  it('keeps of a training that goes on from a checkpoint what was done before that', () => {
    const cut = events.findIndex((e) => e.type === 'training' && e.model === 'specialized' && e.event.type === 'step' && e.event.step === 30); // prettier-ignore
    const before = events.slice(0, cut + 1);
    const { phase } = before.findLast((e) => e.type === 'phaseStarted')!;
    const restart = before.findLast((e) => e.type === 'training' && e.event.type === 'started')!;
    if (restart.type !== 'training' || restart.event.type !== 'started') throw new Error('No start.');
    const resumed: RunEvent[] = [
      ...before,
      { type: 'phaseStarted', phase },
      { ...restart, event: { ...restart.event, step: 20 } },
    ];
    const stepsOf = (told: readonly RunEvent[]) =>
      replayRun(told).trainings.specialized?.steps.map(({ step }) => step);
    expect(stepsOf(resumed)).toEqual(stepsOf(events)?.slice(0, 20));
    expect(stepsOf([...resumed, ...events.slice(cut - 9)])).toEqual(stepsOf(events));
  });

  it('keeps of writing that goes on after an interruption the tasks of finished prompts, as the engine does', () => {
    const { phase } = events.find((event) => event.type === 'phaseStarted')!;
    const written = events.slice(0, events.findLastIndex((event) => event.type === 'taskGenerated') + 1);
    expect(replayRun(written).tasks).toHaveLength(24);
    const tasks = replayRun([...written, { type: 'phaseStarted', phase }]).tasks;
    expect(tasks.map(({ id }) => id)).toEqual(
      replayRun(events)
        .tasks.slice(0, 23)
        .map(({ id }) => id),
    );
  });

  it('drops the steps of a training that is done again', () => {
    const broken = upTo('adapterTrained').slice(0, -5);
    const again = [
      ...broken,
      ...events.slice(events.findIndex((e) => e.type === 'phaseStarted' && e.phase.stage === 'training')),
    ];
    expect(replayRun(again).trainings.seedsOnly?.steps.map(({ step }) => step)).toEqual(
      replayRun(events).trainings.seedsOnly?.steps.map(({ step }) => step),
    );
  });

  it('knows how a training goes on, first as a whole and then, where memory ran short, piece by piece', () => {
    const plan = {
      type: 'planned',
      sequenceLength: 64,
      recompute: 'perLayer',
      fit: 'fits',
      budgetBytes: 4e9,
    } as const;
    const whole = { ...plan, batchSize: 4, memory: { weights: 3e9, activations: 4e8, state: 1e8 } };
    const memory = { weights: 4e8, activations: 4e8, state: 1e8 };
    const streaming = { pieces: 50, bytesRead: 21e9, forwardPasses: 3 };
    const short = { type: 'smallerBatch', step: 2, batchSize: 1 } as const;
    const progress = [whole, short, { ...plan, batchSize: 1, memory, streaming }];
    const told = progress.map((event): RunEvent => ({
      type: 'training',
      model: 'specialized',
      round: 1,
      event,
    }));
    expect(readRunEvents(structuredClone(told))).toEqual(told);
    const planAfter = (count: number) => replayRun(told.slice(0, count)).trainings.specialized!.plan;
    expect(planAfter(2)).toMatchObject({ totalBytes: 3.5e9 });
    expect(describePieces(planAfter(2))).toBeNull();
    expect(describeTrainingFit(planAfter(3)!)).toBe('Training takes about 900 MB of memory: that fits.');
    expect(describePieces(planAfter(3))).toBe(
      'The model does not fit into memory as a whole, so it is trained piece by piece: each step reads 21 GB of it from storage, which is slower and comes to the same result.',
    );
  });
});
