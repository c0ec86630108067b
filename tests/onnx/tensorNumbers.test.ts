import { expect, it } from 'vitest';
import type { ElementType } from '../../src/graph/model.ts';
import { tensorNumbers } from '../../src/onnx/tensorNumbers.ts';

const bytesOf = (words: ArrayBufferView) => new Uint8Array(words.buffer);

it.each<[ElementType, ArrayBufferView, number[]]>([
  ['float32', Float32Array.of(1.5, -2), [1.5, -2]],
  ['float64', Float64Array.of(0.1), [0.1]],
  ['int64', BigInt64Array.of(-3n, 2147483647n), [-3, 2147483647]],
  ['int32', Int32Array.of(-7), [-7]],
  ['uint8', Uint8Array.of(200), [200]],
  ['int8', Uint8Array.of(200), [-56]],
  ['bool', Uint8Array.of(1, 0), [1, 0]],
  ['float16', Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff), [1, -2, 2 ** -24, 65504]],
  ['bfloat16', Uint16Array.of(0x3f80, 0xc040), [1, -3]],
  ['uint4', Uint8Array.of(0xf1), [1, 15]],
  ['int4', Uint8Array.of(0xf1), [1, -1]],
  ['int2', Uint8Array.of(0b11100100), [0, 1, -2, -1]],
])('reads %s', (type, words, expected) => {
  expect(tensorNumbers(bytesOf(words), type)).toEqual(expected);
});

it('reads only the elements that packing leaves', () => {
  expect(tensorNumbers(Uint8Array.of(0x21, 0x03), 'uint4', 3)).toEqual([1, 2, 3]);
});
