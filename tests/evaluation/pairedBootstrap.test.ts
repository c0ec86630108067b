import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairedBootstrap, verdictOf } from '../../src/evaluation/pairedBootstrap.ts';
import { createRandom } from '../../src/random.ts';

const verdict = (differences: number[]) => verdictOf(pairedBootstrap(differences, { seed: 3 }), differences);

describe('pairedBootstrap', () => {
  it('comes close to the normal interval where that is known', () => {
    const random = createRandom('normal');
    const gauss = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
    const differences = Array.from({ length: 400 }, () => 0.3 + gauss());
    const mean = differences.reduce((a, b) => a + b, 0) / 400;
    const deviation = Math.sqrt(differences.reduce((a, d) => a + (d - mean) ** 2, 0) / 400);
    const { low, high } = pairedBootstrap(differences, { seed: 1, resamples: 4000 });
    expect(low).toBeCloseTo(mean - (1.96 * deviation) / 20, 1.6);
    expect(high).toBeCloseTo(mean + (1.96 * deviation) / 20, 1.6);
  });

  it('holds the mean, repeats for a seed, and widens with the confidence', () => {
    const values = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(values, fc.integer(), (differences, seed) => {
        const narrow = pairedBootstrap(differences, { seed, resamples: 300, confidence: 0.8 });
        const wide = pairedBootstrap(differences, { seed, resamples: 300, confidence: 0.99 });
        expect(pairedBootstrap(differences, { seed, resamples: 300, confidence: 0.8 })).toEqual(narrow);
        expect(wide.low).toBeLessThanOrEqual(narrow.low);
        expect(wide.high).toBeGreaterThanOrEqual(narrow.high);
        expect(wide.low).toBeLessThanOrEqual(wide.mean + 1e-9);
        expect(wide.high).toBeGreaterThanOrEqual(wide.mean - 1e-9);
      }),
      { numRuns: 30 },
    );
  });

  it('gives a verdict only where the interval excludes zero', () => {
    expect(verdict([1, 1, 0, 1, 1, 1, 0, 1])).toBe('better');
    expect(verdict([-1, -1, 0, -1, -1, -1, 0, -1])).toBe('worse');
    expect(verdict([1, -1, 1, -1, 1])).toBe('no difference shown');
    expect(verdict([-1, 1, -1, 1, -1])).toBe('no difference shown');
    expect(verdict([])).toBe('no difference shown');
  });

  it('gives none from fewer than six changed items, however narrow the interval', () => {
    expect(verdict([1])).toBe('no difference shown');
    expect(verdict([1, 1, 1, 1, 1])).toBe('no difference shown');
    expect(verdict([-1, -1, -1, -1, -1, 0, 0])).toBe('no difference shown');
    expect(verdict([1, 1, 1, 1, 1, 1])).toBe('better');
    expect(verdict([-1, -1, -1, -1, -1, -0.1])).toBe('worse');
  });
});

describe('createRandom', () => {
  it('repeats for equal names and differs for neighbouring ones', () => {
    const draw = (...parts: (string | number)[]) => {
      const random = createRandom(...parts);
      return Array.from({ length: 4 }, () => random.next());
    };
    expect(draw(1, 'prompt', 2)).toEqual(draw(1, 'prompt', 2));
    expect(draw(1, 'prompt', 2)).not.toEqual(draw(1, 'prompt', 3));
    expect(draw(1, 12)).not.toEqual(draw(11, 2));
  });

  it('is uniform enough', () => {
    const random = createRandom('uniform');
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const digit = random.below(10);
      counts[digit] = (counts[digit] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(250);
  });

  it('samples without repetition and leaves the source alone', () => {
    const source = [1, 2, 3, 4, 5];
    const sample = createRandom('sample').sample(source, 9);
    expect([...sample].sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5]);
    expect(source).toEqual([1, 2, 3, 4, 5]);
    // every element comes first about as often
    const firsts = Array.from({ length: 2000 }, (_, i) => createRandom('first', i).sample(source, 2));
    for (const value of source) {
      expect(Math.abs(firsts.filter(([first]) => first === value).length - 400)).toBeLessThan(80);
      expect(Math.abs(firsts.filter(([, second]) => second === value).length - 400)).toBeLessThan(80);
    }
  });
});
