import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exactMatch, normalizeAnswer, tokenF1 } from '../../src/evaluation/answerMatch.ts';
import { asciiTokens, rougeL, rougeLOfTokens, unicodeTokens } from '../../src/evaluation/rougeL.ts';
import fixture from './metrics.fixture.json' with { type: 'json' };
import rougeFixture from './rouge.fixture.json' with { type: 'json' };

describe('answer metrics agree with the recorded Python reference', () => {
  it.each(fixture)('$answer / $reference', ({ answer, reference, ...expected }) => {
    expect(exactMatch(answer, reference)).toBe(expected.exactMatch);
    expect(tokenF1(answer, reference)).toBeCloseTo(expected.f1, 12);
  });
});

describe("ROUGE-L agrees with what Google's rouge-score gave", () => {
  it.each(rougeFixture)('$answer / $reference', ({ answer, reference, rougeL: expected }) => {
    expect(rougeL(answer, reference)).toBeCloseTo(expected, 12);
  });
});

describe('rougeL', () => {
  it('is the F-measure worked out by hand', () => {
    // common subsequence "police … the gunman": 3 of 4 and 3 of 4 tokens (Lin 2004, section 3.1)
    expect(rougeL('police kill the gunman', 'police killed the gunman')).toBeCloseTo(0.75, 12);
    // "the gunman" is 2 of 4
    expect(rougeL('the gunman kill police', 'police killed the gunman')).toBeCloseTo(0.5, 12);
  });

  it('is symmetric, bounded, and 1 for a text with itself', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(words, words, (left, right) => {
        const score = rougeLOfTokens(left, right);
        expect(score).toBeCloseTo(rougeLOfTokens(right, left), 12);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        expect(rougeLOfTokens(left, left)).toBe(1);
      }),
    );
  });

  it('does not fall when a shared word is appended to both texts', () => {
    const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(words, words, (left, right) => {
        expect(rougeLOfTokens([...left, 'e'], [...right, 'e'])).toBeGreaterThanOrEqual(
          rougeLOfTokens(left, right),
        );
      }),
    );
  });
});

describe('tokens', () => {
  it('are the same for English and differ beyond ASCII', () => {
    expect(unicodeTokens("Don't 5mg!")).toEqual(asciiTokens("Don't 5mg!"));
    expect(asciiTokens('Größe')).toEqual(['gr', 'e']);
    expect(unicodeTokens('Größe 血圧')).toEqual(['größe', '血圧']);
  });
});

describe('normalizeAnswer', () => {
  it('drops case, punctuation, articles and spare spaces, but not letters', () => {
    expect(normalizeAnswer('  The U.S.  dollar, an Anchor ')).toBe('us dollar anchor');
  });
});
