import { expect, it } from 'vitest';
import { describeWriting, WritingTotals } from '../../src/specialize/writingTotals.ts';

const progress = (tokens: number, seconds: number, busyRows: number, possibleRows: number) => ({ tokens, seconds, busyRows, possibleRows }); // prettier-ignore

it('adds up the calls of a model, each by what it said last', () => {
  const totals = new WritingTotals();
  expect(totals.total).toBeNull();
  totals.note(progress(10, 1, 1, 10));
  totals.note(progress(100, 4, 0.9, 100));
  totals.note(progress(20, 1, 0.5, 40));
  totals.note(progress(60, 2, 0.8, 60));
  // 90 of 100 rows and 48 of 60.
  const soFar = totals.total!;
  expect(describeWriting(soFar)).toBe("160 tokens, 27 tokens/s, 86 % of the batch's rows busy");
  expect(totals.take()).toEqual(soFar);
  expect(totals.take()).toBeNull();
});
