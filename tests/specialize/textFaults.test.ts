import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRepetition, findSharedRun, wordOverlap } from '../../src/specialize/textFaults.ts';

describe('findRepetition', () => {
  it.each([
    ['yes yes yes', 'yes'],
    ['the cat the cat the cat', 'the cat'],
    ['It helps the heart. It helps the heart.', 'it helps the heart'],
    ['Yes, yes.', null],
    ['a b a b', null],
    ['It is large, it is old, it is red.', null],
  ])('%s → %s', (text, expected) => {
    const found = findRepetition(text);
    if (expected === null) expect(found).toBeNull();
    else expect(found?.split(' ').sort()).toEqual(expected.split(' ').sort());
  });

  it('finds any run of up to eight words that is said three times over', () => {
    const words = fc.uniqueArray(fc.constantFrom(...'abcdefghijklmn'.split('')), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(words, words, (run, before) => {
        expect(findRepetition([...before, ...run, ...run, ...run].join(' '))).not.toBeNull();
        expect(findRepetition(run.join(' '))).toBeNull();
      }),
    );
  });
});

describe('findSharedRun', () => {
  it('needs the whole run, as whole words', () => {
    expect(findSharedRun('one two three four', 'zero One, two three.', 3)).toBe('one two three');
    expect(findSharedRun('one two three', 'one two threes', 3)).toBeNull();
  });
});

describe('wordOverlap', () => {
  it('counts each word of the text once', () => {
    expect(wordOverlap('the femur the femur tibia', 'The femur.')).toBeCloseTo(2 / 3, 12);
    expect(wordOverlap('', 'anything')).toBe(1);
  });
});
