import { describe, expect, it } from 'vitest';
import { checkAgreement, tolerance } from '../../../tools/bench/rivals/agreement.ts';
import { renderRivals, shareOf } from '../../../tools/bench/rivals/rivalTable.ts';

const computed = (...gradients: number[][]) =>
  new Map(gradients.map((gradient, i) => [`library ${i}`, { loss: 2, gradient }]));

describe('the agreement of gradients', () => {
  it('tells how far each is from the first', () => {
    const differences = checkAgreement(computed([3, 4], [3, 4 + 5 * tolerance * 0.5]));
    expect(differences.get('library 0')).toBe(0);
    expect(differences.get('library 1')).toBeCloseTo(tolerance / 2, 9);
  });

  it.each([
    ['a gradient that is scaled', [3.01, 4.01]],
    ['one in another order', [4, 3]],
    ['one that is longer', [3, 4, 5]],
    ['what is not a number', [3, NaN]],
  ])('refuses %s', (_, gradient) => {
    expect(() => checkAgreement(computed([3, 4], gradient))).toThrow(/library 1 and library 0 compute/);
  });

  it('refuses another loss', () => {
    const other = new Map([...computed([3, 4]), ['other', { loss: 2.1, gradient: [3, 4] }]]);
    expect(() => checkAgreement(other)).toThrow(/other and library 0/);
  });
});

describe('the table of rivals', () => {
  it('compares steps of the same round, so that load does not count', () => {
    // The machine is three times as slow in the last two rounds.
    expect(shareOf([1, 3, 3], [4, 12, 12])).toBe(0.25);
    expect(shareOf([1, 3, 1], [4, 4, 4])).toBe(0.25);
  });

  it('has a row for each', () => {
    const machine = {
      processor: 'P',
      cores: 2,
      memoryGiB: 24,
      node: 'N',
      onnxruntimeNode: 'O',
      chromium: 'C',
    };
    const row = (name: string, seconds: number[]) => ({ name, threads: 2, difference: 2e-6, seconds });
    const text = renderRivals([row('ours', [0.1, 0.2]), row('theirs', [0.4, 0.8])], 2, machine);
    expect(text).toContain('| theirs | 2 | 2e-6 | 600 | 400 | 0.25 |');
  });
});
