import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors, type SafetensorsTensor } from '../../src/lora/safetensors.ts';

const checkpoint = '../shared/reference/TinyStories-656K/model.safetensors';

const sample = new Map<string, SafetensorsTensor>([
  ['b', { dtype: 'F32', shape: [2, 3], bytes: new Uint8Array(24).fill(1) }],
  ['a', { dtype: 'BF16', shape: [], bytes: new Uint8Array(2).fill(2) }],
  ['7', { dtype: 'I8', shape: [1], bytes: Uint8Array.of(3) }],
  ['c', { dtype: 'U8', shape: [0], bytes: new Uint8Array(0) }],
]);

const fileOf = (header: unknown, body = new Uint8Array(0)) => {
  const json = new TextEncoder().encode(JSON.stringify(header));
  return Uint8Array.from([json.length, 0, 0, 0, 0, 0, 0, 0, ...json, ...body]);
};

describe('safetensors', () => {
  it('reads back what it writes, in the same order', () => {
    const { metadata, tensors } = readSafetensors(writeSafetensors(sample, { format: 'pt' }));
    expect(metadata).toEqual({ format: 'pt' });
    expect([...tensors]).toEqual([...sample]);
  });

  it('pads the header so that the tensors begin at a multiple of 8', () => {
    const file = writeSafetensors(sample);
    expect(file[0]! % 8).toBe(0);
    expect(new TextDecoder().decode(file.subarray(8, 8 + file[0]!))).toMatch(/^\{"b":\{"dtype":"F32".*\} *$/);
  });

  it('refuses to write bytes that do not fit the shape', () => {
    const tensors = new Map([['w', { dtype: 'F16' as const, shape: [3], bytes: new Uint8Array(5) }]]);
    expect(() => writeSafetensors(tensors)).toThrow('Tensor w (F16 [3]) has 5 bytes instead of 6.');
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['a short file', new Uint8Array(7), /only 7 bytes/],
    ['a web page', new TextEncoder().encode('<!DOCTYPE html>'), /states a header of/],
    ['a cut-off header', writeSafetensors(sample).subarray(0, 40), /header ends at byte/],
    ['a cut-off tensor', writeSafetensors(sample).subarray(0, -1), /tensor 7 lies at \[26,27\] of 26 bytes/],
    ['bytes behind the tensors', fileOf({}, new Uint8Array(3)), /take 0 bytes, but 3 follow/],
    ['no JSON', Uint8Array.from([1, 0, 0, 0, 0, 0, 0, 0, 123]), /not a JSON table/],
    ['an unknown dtype', fileOf({ w: { dtype: 'F4', shape: [], data_offsets: [0, 0] } }), /dtype "F4"/],
    ['a negative size', fileOf({ w: { dtype: 'U8', shape: [-1], data_offsets: [0, 0] } }), /shape \[-1\]/],
    [
      'a gap',
      fileOf({ w: { dtype: 'U8', shape: [1], data_offsets: [1, 2] } }, new Uint8Array(2)),
      /begins at byte 1/,
    ],
    [
      'a wrong extent',
      fileOf({ w: { dtype: 'F32', shape: [1], data_offsets: [0, 2] } }, new Uint8Array(2)),
      /2 bytes instead of 4/,
    ],
    ['odd metadata', fileOf({ __metadata__: { a: 1 } }), /__metadata__/],
  ])('says what is wrong with %s', (_, file, message) => {
    expect(() => readSafetensors(file)).toThrow(message);
  });

  it('reads or refuses any damaged file in one sentence', () => {
    const file = writeSafetensors(sample, { format: 'pt' });
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(255), (at, byte) => {
        const damaged = file.slice();
        damaged[at] = byte;
        try {
          readSafetensors(damaged);
        } catch (error) {
          expect((error as Error).message).toMatch(/^The safetensors file is not readable: .*\.$/);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.skipIf(!existsSync(checkpoint))('reads a real checkpoint', () => {
    const { metadata, tensors } = readSafetensors(new Uint8Array(readFileSync(checkpoint)));
    expect(metadata['format']).toBe('pt');
    expect(tensors.size).toBe(20);
    expect(tensors.get('model.layers.1.mlp.down_proj.weight')?.shape).toEqual([128, 384]);
  });
});
