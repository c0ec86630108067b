import { expect, it } from 'vitest';
import { parseByteRange } from '../../../tools/serve/byteRange.ts';

it.each([
  [undefined, undefined],
  ['bytes=0-3', { start: 0, end: 3 }],
  ['bytes=4-', { start: 4, end: 9 }],
  ['bytes=-4', { start: 6, end: 9 }],
  ['bytes=-40', { start: 0, end: 9 }],
  ['bytes=8-40', { start: 8, end: 9 }],
  ['bytes=10-', null],
  ['bytes=-0', null],
  ['bytes=3-1', null],
  ['bytes=-', undefined],
  ['bytes=0-1,4-5', undefined],
  ['rows=0-1', undefined],
])('reads %s of ten bytes as %o', (header, range) => {
  expect(parseByteRange(header, 10)).toEqual(range);
});
