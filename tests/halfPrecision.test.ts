import fc from 'fast-check';
import { expect, it } from 'vitest';
import { float16ToNumber, numberToFloat16 } from '../src/halfPrecision.ts';

it('converts every half to a number and back', () => {
  const halves = Array.from({ length: 0x10000 }, (_, half) => half);
  const numbers = halves.filter((half) => !Number.isNaN(float16ToNumber(half)));
  expect(numbers).toHaveLength(0x10000 - 2 * 1023);
  expect(numbers.filter((half) => numberToFloat16(float16ToNumber(half)) !== half)).toEqual([]);
});

it('rounds to the nearest half', () => {
  fc.assert(
    fc.property(fc.float({ min: -65000, max: 65000, noNaN: true }), (value) => {
      const half = numberToFloat16(value);
      const distance = (bits: number) => Math.abs(float16ToNumber(bits) - value);
      expect(distance(half)).toBeLessThanOrEqual(
        Math.min(distance(half + 1), distance(half & 0x7fff ? half - 1 : 1)),
      );
    }),
  );
});
