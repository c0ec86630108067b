import { expect, it } from 'vitest';
import { isJsonObject, shown } from '../src/jsonValue.ts';

it.each<[unknown, boolean]>([
  [{}, true],
  [[], false],
  [null, false],
  ['{}', false],
  [undefined, false],
])('%j: an object? %s', (value, expected) => expect(isJsonObject(value)).toBe(expected));

it('shows a value in a few characters, whatever it nests', () => {
  expect([undefined, null, 3, 'a', [1], { a: 1 }].map(shown)).toEqual(['nothing', 'null', '3', '"a"', 'a list', 'an object']); // prettier-ignore
  expect(shown('x'.repeat(1000))).toHaveLength(40);
  const deep = JSON.parse('['.repeat(1e5) + ']'.repeat(1e5)) as unknown;
  expect(shown(deep)).toBe('a list');
});
