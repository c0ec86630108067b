import { describe, expect, it } from 'vitest';
import { findSharedPrefixes } from '../../src/generation/sharedPrefixes.ts';

/** So many tokens that occur nowhere else. */
const own = (length: number, start: number) => Array.from({ length }, (_, i) => 1000 * start + i);

const head = own(40, 1);

/** The length of each prompt's prefix, and which prompts have the same. */
function found(prompts: readonly (readonly number[])[]) {
  const prefixes = findSharedPrefixes(prompts, 10);
  for (const [i, prefix] of prefixes.entries()) {
    if (!prefix) continue;
    expect(prompts[i]!.slice(0, prefix.ids.length)).toEqual(prefix.ids);
    expect(prefix.prompts).toBe(prefixes.filter((other) => other === prefix).length);
  }
  const all = [...new Set(prefixes)].filter((prefix) => prefix !== null);
  return prefixes.map((prefix) => (prefix ? [all.indexOf(prefix), prefix.ids.length] : null));
}

describe('prompts that begin with the same tokens', () => {
  it('share them, and others do not', () => {
    expect(found([[...head, ...own(5, 2)], own(50, 3), [...head, ...own(3, 4)]])).toEqual([[0, 40], null, [0, 40]]); // prettier-ignore
  });

  it('keep two tokens of their own', () => {
    expect(found([head, [...head, 7]])).toEqual([
      [0, 38],
      [0, 38],
    ]);
    expect(found([[...head, 8], [...head, 7]])).toEqual([
      [0, 39],
      [0, 39],
    ]); // prettier-ignore
  });

  it('share all of it where they are equal', () => {
    expect(found([head, [...head], [...head]])).toEqual([
      [0, 40],
      [0, 40],
      [0, 40],
    ]);
  });

  it('share nothing that saves less than its runs take', () => {
    const after = (length: number, starts: readonly number[]) => found(starts.map((start) => [...own(length, 1), ...own(5, start)])); // prettier-ignore
    // Two take three runs, three take four; equal ones take one.
    expect(after(30, [2, 3])).toEqual([null, null]);
    expect(after(31, [2, 3])).toEqual([[0, 31], [0, 31]]); // prettier-ignore
    expect(after(21, [2, 3, 4])).toEqual([[0, 21], [0, 21], [0, 21]]); // prettier-ignore
    expect(found([own(10, 1), own(10, 1)])).toEqual([null, null]);
    expect(found([own(11, 1), own(11, 1)])).toEqual([[0, 11], [0, 11]]); // prettier-ignore
    expect(findSharedPrefixes([head, head], Infinity)).toEqual([null, null]);
  });

  it('are grouped so that the fewest tokens are read', () => {
    const [first, second] = [own(60, 2), own(60, 3)].map((more) => [...head, ...more]);
    // Two groups of two save 200 tokens in two runs, all together 120 in five.
    expect(found([first!, second!, first!, second!])).toEqual([[0, 100], [1, 100], [0, 100], [1, 100]]); // prettier-ignore
    // Eight alike save 280 tokens in nine runs, one pair 100 in one.
    const others = [4, 5, 6, 7, 8, 9].map((start) => [...head, ...own(10, start)]);
    expect(found([first!, first!, ...others])).toEqual(new Array(8).fill([0, 40]));
  });

  it('may be none', () => {
    expect(found([])).toEqual([]);
    expect(found([head])).toEqual([null]);
    expect(found([own(40, 1), own(40, 2)])).toEqual([null, null]);
  });
});
