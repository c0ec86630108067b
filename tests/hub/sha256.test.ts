import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { Sha256 } from '../../src/hub/sha256.ts';

const expected = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const numbered = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 31 + 7) & 255);

it('equals the platform’s SHA-256 for every length around the block size', () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = numbered(length);
    expect(new Sha256().update(bytes).hex(), `${length} bytes`).toBe(expected(bytes));
  }
});

it('does not depend on how the bytes are cut', () => {
  const bytes = numbered(1000);
  for (const size of [1, 63, 64, 65, 130]) {
    const hash = new Sha256();
    for (let at = 0; at < bytes.length; at += size) hash.update(bytes.subarray(at, at + size));
    expect(hash.hex()).toBe(expected(bytes));
  }
});
