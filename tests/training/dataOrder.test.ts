import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DataOrder, shuffledIndices } from '../../src/training/dataOrder.ts';

const sorted = (indices: readonly number[]) => indices.toSorted((a, b) => a - b);

describe('the order of the data', () => {
  it('without a seed is that of the file, wrapping around', () => {
    expect(new DataOrder(3, null).take(1, 6)).toEqual([1, 2, 0, 1, 2, 0]);
  });

  it('visits every row once per epoch', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer(),
        fc.integer({ min: 0, max: 9 }),
        (rows, seed, epoch) => {
          const indices = new DataOrder(rows, seed).take(epoch * rows, rows);
          expect(sorted(indices)).toEqual(Array.from({ length: rows }, (_, i) => i));
        },
      ),
    );
  });

  it('is the same wherever one begins to read', () => {
    const whole = new DataOrder(7, 3).take(0, 50);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 10 }), (start, count) => {
        expect(new DataOrder(7, 3).take(start, count)).toEqual(whole.slice(start, start + count));
      }),
    );
  });

  it('differs by epoch and by seed', () => {
    const order = [0, 1, 2].map((epoch) => shuffledIndices(20, 0, epoch).join());
    const seeds = [1, 2, -1].map((seed) => shuffledIndices(20, seed, 0).join());
    expect(new Set([...order, ...seeds]).size).toBe(6);
  });

  it('puts every row everywhere equally often', () => {
    const counts = new Array<number>(25).fill(0);
    for (let seed = 0; seed < 4000; seed++) {
      shuffledIndices(5, seed, 0).forEach((row, place) => counts[row * 5 + place]!++);
    }
    // 800 expected in each place; six standard deviations are 152.
    for (const count of counts) expect(Math.abs(count - 800)).toBeLessThan(152);
  });
});
