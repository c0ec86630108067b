import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alikeGroups } from '../../src/specialize/alikeGroups.ts';
import { SimilarityIndex } from '../../src/specialize/similarity.ts';

const word = fc.constantFrom('what', 'is', 'aspirin', 'used', 'for', 'insulin', 'Name', 'a', 'drug', '?', '');
const text = fc.array(word, { maxLength: 8 }).map((words) => words.join(' '));

/** By the pipeline's own index, one text against all first ones before it. */
function oneByOne(texts: readonly string[], threshold: number): number[][] {
  const groups: number[][] = [];
  for (const [i, candidate] of texts.entries()) {
    const isAlike = ([first]: readonly number[]) =>
      new SimilarityIndex([texts[first!]!]).findSimilar(candidate, threshold) !== null;
    const group = groups.find(isAlike);
    if (group) group.push(i);
    else groups.push([i]);
  }
  return groups.filter((group) => group.length > 1);
}

describe('groups of texts that are alike', () => {
  it('have one that leads and those that the novelty rule finds too similar to it', () => {
    const texts = [
      'What is aspirin used for?',
      'Name a drug.',
      'what is aspirin used for',
      'What is it for?',
    ];
    expect(alikeGroups(texts, 0.8)).toEqual([[0, 2]]);
    expect(alikeGroups(texts, 0.5)).toEqual([[0, 2, 3]]);
  });

  it('are those that the rule gives when it is asked about each pair', () => {
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 24 }),
        fc.constantFrom(0.3, 0.5, 0.7, 0.9),
        (texts, threshold) => {
          expect(alikeGroups(texts, threshold)).toEqual(oneByOne(texts, threshold));
        },
      ),
    );
  });
});
