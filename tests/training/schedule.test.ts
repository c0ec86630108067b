import { describe, expect, it } from 'vitest';
import { learningRateAt, type Schedule } from '../../src/training/schedule.ts';

// Rates × 1e4 of eight steps at a peak of 3e-4, from the formulas of transformers' `get_scheduler`.
const recorded: readonly (readonly [Schedule, number, readonly number[]])[] = [
  ['constant', 0, [3, 3, 3, 3, 3, 3, 3, 3]],
  ['constant', 3, [0, 1, 2, 3, 3, 3, 3, 3]],
  ['linear', 0, [3, 2.625, 2.25, 1.875, 1.5, 1.125, 0.75, 0.375]],
  ['linear', 3, [0, 1, 2, 3, 2.4, 1.8, 1.2, 0.6]],
  ['cosine', 0, [3, 2.8858193, 2.56066017, 2.07402515, 1.5, 0.92597485, 0.43933983, 0.1141807]],
  ['cosine', 3, [0, 1, 2, 3, 2.71352549, 1.96352549, 1.03647451, 0.28647451]],
];

describe('the learning rate', () => {
  it.each(recorded)('%s with %i warm-up steps is that of Hugging Face', (schedule, warmupSteps, rates) => {
    const options = { schedule, warmupSteps, learningRate: 3e-4, totalSteps: 8 };
    rates.forEach((rate, step) => expect(learningRateAt(step, options) * 1e4).toBeCloseTo(rate, 7));
  });

  it('stays at its end when asked beyond the last step', () => {
    const options = { schedule: 'cosine', warmupSteps: 0, learningRate: 1, totalSteps: 4 } as const;
    expect(learningRateAt(6, options)).toBeCloseTo(0, 12);
  });

  it('may be all warm-up', () => {
    const options = { schedule: 'linear', warmupSteps: 8, learningRate: 1, totalSteps: 4 } as const;
    expect([0, 1, 2, 3].map((step) => learningRateAt(step, options))).toEqual([0, 0.125, 0.25, 0.375]);
  });
});
