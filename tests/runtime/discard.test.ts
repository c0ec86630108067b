import { describe, expect, it } from 'vitest';
import { discard, discardArray } from '../../src/runtime/discard.ts';

const tensorOf = (data: ArrayBufferView | null, location = 'cpu') => {
  const tensor = { type: 'float32', dims: [4], location, data, isDisposed: false };
  return Object.assign(tensor, { dispose: () => void (tensor.isDisposed = true) });
};

describe('discard', () => {
  it('disposes a tensor and empties its array', () => {
    const data = new Float32Array(4);
    const tensor = tensorOf(data);
    discard(tensor);
    expect(tensor.isDisposed).toBe(true);
    expect(data.length).toBe(0);
  });

  it('gives memory back before anything is collected', () => {
    const held = () => process.memoryUsage().arrayBuffers;
    const before = held();
    for (let i = 0; i < 40; i++) discardArray(new Float32Array(2e6));
    // Of 320 MB.
    expect(held() - before).toBeLessThan(16e6);
  });

  it('only disposes what lies on a device', () => {
    const tensor = tensorOf(null, 'gpu-buffer');
    discard(tensor);
    expect(tensor.isDisposed).toBe(true);
  });

  it('leaves memory that threads share', () => {
    const data = new Float32Array(new SharedArrayBuffer(16));
    discard(tensorOf(data));
    expect(data.length).toBe(4);
  });
});
