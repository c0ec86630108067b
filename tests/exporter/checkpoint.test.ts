import { describe, expect, it } from 'vitest';
import { openCheckpoint, type CheckpointTensor } from '../../src/exporter/checkpoint.ts';

const tensor = (dtype: string, words: ArrayBufferView): CheckpointTensor => ({
  dtype,
  shape: [2],
  bytes: new Uint8Array(words.buffer),
});
const open = (weight: CheckpointTensor, prefix = 'model.') =>
  openCheckpoint(new Map([[`${prefix}norm.weight`, weight]]), false);

describe('openCheckpoint', () => {
  it.each<[string, ArrayBufferView]>([
    ['F32', Float32Array.of(1.5, -3)],
    ['F16', Uint16Array.of(0x3e00, 0xc200)],
    ['BF16', Uint16Array.of(0x3fc0, 0xc040)],
  ])('reads %s as single precision', (dtype, words) => {
    expect(open(tensor(dtype, words)).tensor('norm.weight', [2])).toEqual(Float32Array.of(1.5, -3));
  });

  it('reads at any alignment', () => {
    const bytes = new Uint8Array(9);
    bytes.set(new Uint8Array(Float32Array.of(1.5, -3).buffer), 1);
    const unaligned = { dtype: 'F32', shape: [2], bytes: bytes.subarray(1) };
    expect(open(unaligned).tensor('norm.weight', [2])).toEqual(Float32Array.of(1.5, -3));
  });

  it.each(['model.', 'language_model.model.', 'model.language_model.'])(
    'finds a decoder below %s',
    (prefix) => {
      const checkpoint = open(tensor('F32', Float32Array.of(1, 2)), prefix);
      expect(checkpoint.has('norm.weight')).toBe(true);
    },
  );

  it('says what it cannot read', () => {
    expect(() => open(tensor('I8', new Int8Array(2))).tensor('norm.weight', [2])).toThrow(
      "The checkpoint's model.norm.weight is I8; only F32, F16, BF16 can be exported.",
    );
    expect(() => openCheckpoint(new Map(), false)).toThrow(/has no decoder/);
  });
});
