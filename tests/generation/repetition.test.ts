import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RepetitionWatch } from '../../src/generation/repetition.ts';

/** After how many tokens the watch sees a loop; `null` if never. */
function seenAfter(tokens: readonly number[]): number | null {
  const watch = new RepetitionWatch();
  const at = tokens.findIndex((token) => watch.add(token));
  return at < 0 ? null : at + 1;
}

const range = (length: number, from = 0) => Array.from({ length }, (_, i) => from + i);
const times = (count: number, loop: readonly number[]) => Array.from({ length: count }, () => loop).flat();

describe('a completion that goes round in circles', () => {
  it.each([
    [1, 24],
    [2, 24],
    [5, 24],
    [8, 24],
    [9, 27],
    [20, 60],
  ])('is seen where %i tokens come again, after %i', (period, after) => {
    const start = range(7, 100);
    expect(seenAfter([...start, ...times(30, range(period))])).toBe(7 + after);
  });

  it('is not seen in longer periods, in two rounds, or in a loop that was left', () => {
    expect(seenAfter(times(5, range(21)))).toBeNull();
    expect(seenAfter(times(2, range(20)))).toBeNull();
    expect(seenAfter([...times(23, [1]), 2, ...times(23, [1])])).toBeNull();
  });

  it('is seen exactly where the last tokens are one loop', () => {
    const isLoop = (tokens: readonly number[]) =>
      range(20, 1).some((period) => {
        const tail = tokens.slice(-Math.max(3 * period, 24));
        const isLong = tail.length === Math.max(3 * period, 24);
        return isLong && tail.every((token, i) => i < period || token === tail[i - period]);
      });
    const parts = fc.array(
      fc.tuple(fc.array(fc.nat(2), { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 12 })),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(parts, (loops) => {
        const tokens = loops.flatMap(([loop, count]) => times(count, loop));
        const first = tokens.findIndex((_, i) => isLoop(tokens.slice(0, i + 1)));
        expect(seenAfter(tokens)).toBe(first < 0 ? null : first + 1);
      }),
    );
  });
});
