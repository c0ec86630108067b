import { describe, expect, it } from 'vitest';
import type { LoadedModel } from '../../src/engine/loadModel.ts';
import { describeActivations, describeSkips, triesOf } from '../../src/ui/store/precisionWords.ts';
import { replayRun } from '../../src/ui/store/runState.ts';
import { presets, presetOf } from '../../src/ui/store/presets.ts';
import { readRunEvents, readRunRecord } from '../../src/ui/store/storedRun.ts';
import { alignLines } from '../../src/ui/train/alignLines.ts';
import { chartLines } from '../../src/ui/train/chartLines.ts';
import type { ChosenActivations, RunEvent, TrainingProgress } from '../../src/workerApi/runEvent.ts';
import { presetWith } from '../../workers/runSettings.ts';
import { exampleParameters } from './support/recordedEngine.ts';
import { exampleDomain } from './support/recordedRun.ts';

const told = (...events: readonly TrainingProgress[]): RunEvent[] =>
  events.map((event) => ({ type: 'training', model: 'specialized', round: 1, event }));

const after = (events: readonly RunEvent[]) => replayRun(events).trainings.specialized!;

const planned = (activations?: ChosenActivations): TrainingProgress => ({
  ...{ type: 'planned', batchSize: 4, sequenceLength: 64, recompute: 'none', fit: 'fits', budgetBytes: 1e9 },
  memory: { weights: 1e6, activations: 1e6, state: 1e6 },
  ...(activations && { activations }),
});
const started = (step: number): TrainingProgress => ({
  ...{ type: 'started', step, totalSteps: 4, parameterCount: 10 },
  ...{ rows: 4, truncatedRows: 0, droppedRows: 0 },
});
const step = (number: number): TrainingProgress => ({
  ...{ type: 'step', step: number, loss: 3 - number / 2, gradNorm: 1, learningRate: 1e-3 },
  ...{ tokens: number * 100, epoch: 0, seconds: 1, lossScale: 32768 },
});
const skipped = (number: number): TrainingProgress => ({
  type: 'skippedStep',
  step: number,
  lossScale: 32768,
});

const half = { precision: 'float16', note: 'It was checked.' } as const;
const bumpy = told(
  ...[planned(half), started(0), skipped(1), skipped(1), step(1), step(2), skipped(3), step(3)],
);

describe('training in half precision', () => {
  it('says what was chosen and why', () => {
    expect(describeActivations(after(bumpy).activations!)).toBe(
      'Training computes with 16-bit numbers, which take less memory, and keeps what it learns in 32 bits. It was checked.',
    );
    expect(describeActivations({ precision: 'float32', note: 'It overflows.' })).toBe(
      'Training computes with 32-bit numbers. It overflows.',
    );
    expect(after(told(planned())).activations).toBeNull();
  });

  it('says that steps were computed again, and how often each was', () => {
    expect(describeSkips(after(bumpy))).toBe(
      '3 times numbers grew too large for 16 bits, last at step 3, and the step was computed again with smaller ones. Now and then that is usual, and nothing is lost: such a try changes nothing. Circles on the curve mark where.',
    );
    expect(describeSkips(after(bumpy.slice(0, 3)))).toMatch(/^At step 1 numbers .* computed again with/);
    expect(describeSkips(after(told(started(0), step(1))))).toBeNull();
    expect([1, 2, 3].map((at) => triesOf(at, after(bumpy)))).toEqual([3, 1, 2]);
  });

  it('draws the curve through each step once, and marks those that were computed again', () => {
    const lines = chartLines('loss', after(bumpy));
    expect(lines.map(({ label, isMarks = false }) => [label, isMarks])).toEqual([
      ['Specialist, raw', false],
      ['Specialist', false],
      ['Specialist computed again', true],
    ]);
    const [steps, raw, , again] = alignLines(lines);
    expect([...steps]).toEqual([1, 2, 3]);
    expect(raw).toEqual([2.5, 2, 1.5]);
    expect(again).toEqual([2.5, null, 1.5]);
    // A step that is still being tried has no place on the curve yet.
    expect(chartLines('gradNorm', after(bumpy.slice(0, 3)))).toEqual([]);
  });

  it('counts tries anew from the checkpoint that a training goes on from', () => {
    const resumed = [...bumpy, ...told(started(2), skipped(3), step(3))];
    expect([1, 3].map((at) => triesOf(at, after(resumed)))).toEqual([3, 2]);
    expect(after(resumed).steps.map((done) => done.step)).toEqual([1, 2, 3]);
  });
});

describe('stored runs', () => {
  const setup = { domain: exampleDomain('biomedicine'), documents: [], parameters: exampleParameters };
  const record = { id: 'r1', createdAt: 5, title: 'x', status: 'finished', snapshot: setup } as const;

  it('are read with what training computed in, and without', () => {
    expect(readRunEvents(structuredClone(bumpy))).toEqual(bumpy);
    expect(readRunEvents(told(planned()))).toEqual(told(planned()));
    expect(readRunRecord(record)).toEqual(record);
    const chosen = { ...setup, parameters: { ...exampleParameters, activations: 'float16' } };
    expect(() => readRunRecord({ ...record, snapshot: chosen })).not.toThrow();
  });

  it('are damaged where the precision is none', () => {
    const [event] = told(planned({ precision: 'float8' as 'float16', note: '' }));
    expect(() => readRunEvents([event])).toThrow('event 1');
    const wrong = { ...setup, parameters: { ...exampleParameters, activations: 'half' } };
    expect(() => readRunRecord({ ...record, snapshot: wrong })).toThrow('activations');
  });
});

describe('the choice of a precision', () => {
  const model = { baseModel: 'whittle/pocket' } as LoadedModel;

  it('reaches the training, and is left to it where nobody chose', () => {
    const adapterWith = (changes: object) => presetWith(model, { ...exampleParameters, ...changes }).adapter;
    expect(adapterWith({ activations: 'float16' }).activations).toBe('float16');
    expect(adapterWith({})).not.toHaveProperty('activations');
  });

  it('is no matter of effort', () => {
    const [quick] = presets;
    const parameters = { ...quick!.parameters(exampleParameters), activations: 'float32' } as const;
    expect(presetOf(parameters, exampleParameters)).toBe('quick');
  });
});
