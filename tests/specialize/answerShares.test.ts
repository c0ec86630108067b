import { describe, expect, it } from 'vitest';
import { AnswerShares } from '../../src/specialize/answerShares.ts';

describe('answer shares', () => {
  it('count an answer however it is written', () => {
    const shares = new AnswerShares(Array.from({ length: 99 }, (_, i) => (i < 19 ? 'No.' : `word ${i}`)));
    expect(shares.with('no')).toBe(0.2);
    expect(shares.with('yes')).toBe(0.01);
    shares.add('No');
    expect(shares.with('no')).toBe(21 / 101);
  });

  it('are those of at least fifty tasks, so that the first answers may be alike', () => {
    expect(new AnswerShares([]).with('yes')).toBe(0.02);
    expect(new AnswerShares(['yes', 'yes', 'no', 'yes']).with('yes')).toBe(0.08);
  });
});
