import { describe, expect, it } from 'vitest';
import {
  crc32,
  decodeCheckpoint,
  encodeCheckpoint,
  type TrainingCheckpoint,
} from '../../src/training/checkpoint.ts';

const checkpoint: TrainingCheckpoint = {
  step: 12,
  tokens: 3456,
  config: { learningRate: 3e-4, schedule: 'linear', shuffle: true },
  parameters: Float32Array.of(1, -2.5, Math.fround(0.1)),
  firstMoment: Float32Array.of(0, 1e-30, 3),
  secondMoment: Float32Array.of(4, 5, 6),
};
const bytes = encodeCheckpoint(checkpoint);

describe('a checkpoint file', () => {
  it('gives back every bit', () => {
    expect(decodeCheckpoint(bytes)).toEqual(checkpoint);
  });

  it('can be read from the middle of a buffer', () => {
    const shifted = new Uint8Array(bytes.length + 7);
    shifted.set(bytes, 3);
    expect(decodeCheckpoint(shifted.subarray(3, 3 + bytes.length))).toEqual(checkpoint);
  });

  it('holds no parameters at all if there are none', () => {
    const none = new Float32Array();
    const empty = { ...checkpoint, parameters: none, firstMoment: none, secondMoment: none };
    expect(decodeCheckpoint(encodeCheckpoint(empty))).toEqual(empty);
  });

  it('is refused wherever it was cut off', () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeCheckpoint(bytes.subarray(0, length)), `${length} bytes`).toThrow(
        /^(The checkpoint has .* it was cut off\. Use an earlier one\.|This is not a checkpoint of Whittle\.)$/,
      );
    }
  });

  it('is refused when a bit of its vectors flipped', () => {
    const damaged = bytes.slice();
    damaged[damaged.length - 5]! ^= 1;
    expect(() => decodeCheckpoint(damaged)).toThrow(
      'The checkpoint is damaged: its checksum does not match.',
    );
  });

  it('is refused when its header cannot be read', () => {
    const damaged = bytes.slice();
    damaged[damaged.indexOf('{'.charCodeAt(0))] = 0;
    expect(() => decodeCheckpoint(damaged)).toThrow('The checkpoint is damaged: its header cannot be read.');
  });

  it('is refused when it is something else', () => {
    const foreign = new TextEncoder().encode('{"step": 3, "config": {}} and more, to be long enough');
    expect(() => decodeCheckpoint(foreign)).toThrow('This is not a checkpoint of Whittle.');
  });
});

describe('the checksum', () => {
  it('is the usual CRC-32', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  });

  it('can be continued', () => {
    const text = new TextEncoder().encode('123456789');
    expect(crc32(text.subarray(4), crc32(text.subarray(0, 4)))).toBe(0xcbf43926);
  });
});
