import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rougeL } from '../../src/evaluation/rougeL.ts';
import { SimilarityIndex } from '../../src/specialize/similarity.ts';

const sentence = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { minLength: 1, maxLength: 9 })
  .map((w) => w.join(' '));

describe('SimilarityIndex', () => {
  it('finds exactly what comparing with every text would find', () => {
    fc.assert(
      fc.property(
        fc.array(sentence, { maxLength: 8 }),
        sentence,
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        (texts, text, threshold) => {
          const expected = texts.find((other) => rougeL(text, other) > threshold) ?? null;
          expect(new SimilarityIndex(texts).findSimilar(text, threshold)?.text ?? null).toBe(expected);
        },
      ),
    );
  });

  it('looks closely where the lengths alone allow the threshold to be passed', () => {
    // 3 of 4 words: 6/7 = 0.857 is also the most that lengths 3 and 4 allow
    expect(new SimilarityIndex(['a b c d']).findSimilar('a b d', 0.85)?.similarity).toBeCloseTo(6 / 7, 12);
  });

  it('never lets an equal text pass, whatever the threshold', () => {
    const index = new SimilarityIndex(['What does it treat?']);
    expect(index.findSimilar('what does it treat', 1)?.similarity).toBe(1);
    expect(index.findSimilar('what does that treat', 1)).toBeNull();
  });

  it('knows a text from the moment it is added', () => {
    const index = new SimilarityIndex();
    expect(index.findSimilar('one two', 0.7)).toBeNull();
    index.add('one two');
    expect(index.findSimilar('one two three', 0.7)?.similarity).toBeCloseTo(0.8, 12);
  });
});
