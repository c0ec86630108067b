import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitSources } from '../../src/specialize/split.ts';

const seeds = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ id: `s${i}`, instruction: `i${i}`, input: '', output: 'o' }));
const passages = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ id: `p${i}`, documentId: `d${i % 7}`, text: 't' }));

describe('splitSources', () => {
  it('puts every seed and document on exactly one side', () => {
    fc.assert(
      fc.property(
        fc.nat(30),
        fc.nat(30),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(),
        (n, m, fraction, seed) => {
          const { train, valid } = splitSources(seeds(n), passages(m), fraction, seed);
          expect([...train.seeds, ...valid.seeds].map((s) => s.id).sort()).toEqual(
            seeds(n)
              .map((s) => s.id)
              .sort(),
          );
          expect(train.passages.length + valid.passages.length).toBe(m);
          const documents = new Set(train.passages.map((p) => p.documentId));
          expect(valid.passages.filter((p) => documents.has(p.documentId))).toEqual([]);
          expect(valid.seeds).toHaveLength(Math.floor(n * fraction));
        },
      ),
    );
  });

  it('depends on the seed alone', () => {
    const ids = (seed: number) => splitSources(seeds(20), [], 0.5, seed).valid.seeds.map((s) => s.id);
    expect(ids(1)).toEqual(ids(1));
    expect(ids(1)).not.toEqual(ids(2));
  });

  it('draws whole documents, rounded down', () => {
    const { valid } = splitSources(seeds(10), passages(28), 0.3, 1);
    expect(new Set(valid.passages.map((p) => p.documentId)).size).toBe(2);
    expect(valid.passages).toHaveLength(8);
  });

  it('gives documents to training where no seed is left for validation', () => {
    const { valid } = splitSources(seeds(4), passages(70), 0.2, 1);
    expect(valid).toEqual({ seeds: [], passages: [] });
  });
});
