import { describe, expect, it } from 'vitest';
import { fuzz } from '../support/fuzzRun.ts';
import { fuzzedReaders } from '../support/fuzzReaders.ts';

/** `npm run fuzz` reads 10,000 inputs each, in threads that may hang or die. */
const count = 200;

describe('damaged and foreign input is accepted or refused in one sentence, in bounded time and memory, by', () => {
  it.each(fuzzedReaders.map((reader) => [reader.name, reader] as const))(
    '%s',
    async (_, reader) => {
      const { faults, accepted, rejected } = await fuzz(reader, { count, seed: 7 });
      expect(faults).toEqual([]);
      // Otherwise the damage would be too small, or so large that nothing behind the first check is reached.
      expect(Math.min(accepted, rejected)).toBeGreaterThan(0);
    },
    120_000,
  );
});
