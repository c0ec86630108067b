import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dequantizeMatrix, quantizeMatrix, type QuantizeOptions } from '../../src/exporter/quantize.ts';

const floats = (length: number) =>
  fc.float32Array({ minLength: length, maxLength: length, min: -8, max: 8, noNaN: true });
const formats: QuantizeOptions[] = [
  { bits: 4, blockSize: 32, zeroPoints: false },
  { bits: 4, blockSize: 16, zeroPoints: true },
  { bits: 8, blockSize: 32, zeroPoints: false },
  { bits: 8, blockSize: 16, zeroPoints: true },
];

describe('quantizeMatrix', () => {
  it('packs the first value into the low half of a byte', () => {
    const weights = Float32Array.from({ length: 16 }, (_, i) => i - 8);
    const { quant, scales, zeroPoints } = quantizeMatrix(weights, 1, 16, {
      bits: 4,
      blockSize: 16,
      zeroPoints: false,
    });
    expect([...quant]).toEqual([0x10, 0x32, 0x54, 0x76, 0x98, 0xba, 0xdc, 0xfe]);
    expect([...scales]).toEqual([1]);
    expect(zeroPoints).toBeNull();
  });

  it('stores a zero point where the range is not symmetric, two to a byte', () => {
    const weights = Float32Array.from({ length: 48 }, (_, i) => (i % 16) - Math.floor(i / 16));
    const { zeroPoints, scales } = quantizeMatrix(weights, 1, 48, {
      bits: 4,
      blockSize: 16,
      zeroPoints: true,
    });
    expect([...zeroPoints!]).toEqual([0x10, 0x02]);
    expect([...scales]).toEqual([1, 1, 1]);
  });

  it.each(formats)('loses at most a step per value with %o', (format) => {
    fc.assert(
      fc.property(floats(2 * 40), (weights) => {
        const matrix = quantizeMatrix(weights, 2, 40, format);
        const again = dequantizeMatrix(matrix, 2, 40, format);
        // A symmetric range lacks its last step on one side; a rounded zero point costs another half.
        const isWithinStep = (value: number, i: number) => {
          const block = Math.floor(i / 40) * matrix.blocks + Math.floor((i % 40) / format.blockSize);
          return Math.abs(again[i]! - value) <= 1.001 * Math.abs(matrix.scales[block]!) + 1e-9;
        };
        expect(weights.every(isWithinStep)).toBe(true);
      }),
    );
  });

  it.each(formats)('keeps zero exactly, and a block of zeros, with %o', (format) => {
    const weights = Float32Array.from({ length: 64 }, (_, i) => (i < 32 || i % 2 ? 0 : i));
    const again = dequantizeMatrix(quantizeMatrix(weights, 1, 64, format), 1, 64, format);
    expect(again.filter((value, i) => weights[i] === 0 && value !== 0)).toHaveLength(0);
  });

  // An affine range that rounds its zero point shrinks when repeated, as onnxruntime's does.
  it.each(formats.filter(({ zeroPoints }) => !zeroPoints))(
    'quantizes what it has dequantized to the same values with %o',
    (format) => {
      fc.assert(
        fc.property(floats(64), (weights) => {
          const once = dequantizeMatrix(quantizeMatrix(weights, 2, 32, format), 2, 32, format);
          const twice = dequantizeMatrix(quantizeMatrix(once, 2, 32, format), 2, 32, format);
          expect(once.every((value, i) => Math.abs(twice[i]! - value) < 1e-4)).toBe(true);
        }),
      );
    },
  );
});
