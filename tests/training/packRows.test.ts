import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countSupervised, tokenizedRow, type TokenizedRow } from '../../src/text/tokenizedRow.ts';
import { inMicrobatches, layOutBatch, planShapes, totalSupervised } from '../../src/training/batches.ts';
import { packRows } from '../../src/training/packRows.ts';
import { costOfSteps, planPacking, sampleSteps } from '../../src/training/planPacking.ts';

/** A row of its own numbers, so that it can be told from any other. */
const rowOf = ({ length, supervised }: { length: number; supervised: number }, number: number) =>
  tokenizedRow(
    Array.from({ length }, (_, t) => 100 * (number + 1) + t),
    Array.from({ length }, (_, t) => t >= length - supervised),
  );

const anyRows = fc
  .array(
    fc.record({ length: fc.integer({ min: 2, max: 24 }), supervised: fc.integer({ min: 1, max: 24 }) }),
    { minLength: 1, maxLength: 40 },
  )
  .map((all) => all.map(rowOf));

const shapes = fc.record({
  batchSize: fc.integer({ min: 1, max: 6 }),
  sequenceLength: fc.integer({ min: 24, max: 48 }),
  maxSupervised: fc.integer({ min: 23, max: 80 }),
  isPacked: fc.constant(true),
});

describe('packing rows into lines', () => {
  it('puts the longest first, each into the first line with room', () => {
    const rows = [3, 7, 5, 4].map((length, i) => rowOf({ length, supervised: 1 }, i));
    const shape = { batchSize: 2, sequenceLength: 10, maxSupervised: 9 };
    const placed = packRows(rows, shape).map((part) => part.map(({ row, start }) => [row.ids.length, start]));
    expect(placed).toEqual([[[7, 0], [5, 10], [4, 15], [3, 7]]]); // prettier-ignore
  });

  it('places every row once, in no line that is too long and no microbatch with too much supervised', () => {
    fc.assert(
      fc.property(anyRows, shapes, (rows, shape) => {
        const microbatches = packRows(rows, shape);
        expect(new Set(microbatches.flat().map(({ row }) => row))).toEqual(new Set(rows));
        expect(microbatches.flat()).toHaveLength(rows.length);
        for (const placed of microbatches) {
          expect(totalSupervised(placed.map(({ row }) => row))).toBeLessThanOrEqual(shape.maxSupervised);
          const taken = placed.flatMap(({ row, start }) => row.ids.map((_, t) => start + t));
          expect(new Set(taken).size).toBe(taken.length);
          expect(Math.max(...taken)).toBeLessThan(shape.batchSize * shape.sequenceLength);
          for (const { row, start } of placed)
            expect((start % shape.sequenceLength) + row.ids.length).toBeLessThanOrEqual(shape.sequenceLength);
        }
      }),
    );
  });

  it('predicts every supervised token from the token before it in the same row, and nothing else', () => {
    fc.assert(
      fc.property(anyRows, shapes, (rows, shape) => {
        const pairs: string[] = [];
        for (const part of inMicrobatches(rows, shape)) {
          const batch = layOutBatch(part, shape, 1);
          const used = batch.labelWeights.filter((weight) => weight > 0).length;
          for (let slot = 0; slot < used; slot++) {
            const position = Number(batch.supervisedRows[slot]);
            expect(batch.segments[position + 1]).toBe(batch.segments[position]);
            expect(batch.positions[position + 1]).toBe(batch.positions[position]! + 1n);
            expect(batch.rowOfPosition[position]).toBe(BigInt(slot));
            pairs.push(`${batch.inputIds[position]} ${batch.labels[slot]}`);
          }
        }
        const expected = rows.flatMap(({ ids, supervised }) =>
          ids.flatMap((id, t) => (t > 0 && supervised[t] ? [`${ids[t - 1]} ${id}`] : [])),
        );
        expect(pairs.toSorted()).toEqual(expected.toSorted());
      }),
    );
  });

  it('refuses a row that fits no line, with the sizes', () => {
    const shape = { batchSize: 1, sequenceLength: 4, maxSupervised: 2 };
    expect(() => packRows([rowOf({ length: 5, supervised: 1 }, 0)], shape)).toThrow(
      'A row of 5 tokens, 1 of them supervised, does not fit a line of 4 with 2; compile longer lines or shorten the rows.',
    );
    expect(() => packRows([rowOf({ length: 4, supervised: 3 }, 0)], shape)).toThrow(/3 of them supervised/);
  });
});

describe('planning lines', () => {
  const longest = (rows: readonly TokenizedRow[]) => Math.max(...rows.map(({ ids }) => ids.length));

  it('holds any step of the rows, within the tokens and pairs of tokens of a shape for rows alone', () => {
    fc.assert(
      fc.property(anyRows, fc.integer({ min: 1, max: 20 }), (rows, rowsPerStep) => {
        const steps = sampleSteps(rows, rowsPerStep, true);
        const alone = planShapes(rows, rowsPerStep, 24).at(-1)!;
        const shape = planPacking(rows, steps, alone);
        const pairs = (s: typeof alone) => s.batchSize * s.sequenceLength ** 2;
        expect(shape.batchSize * shape.sequenceLength).toBeLessThanOrEqual(alone.batchSize * alone.sequenceLength); // prettier-ignore
        expect(pairs(shape)).toBeLessThanOrEqual(pairs(alone));
        expect(shape.sequenceLength).toBeGreaterThanOrEqual(longest(rows));
        expect(shape.maxSupervised).toBeLessThanOrEqual(alone.maxSupervised);
        expect(shape.maxSupervised).toBeGreaterThanOrEqual(Math.max(...rows.map(countSupervised)));
        for (const step of [...steps, rows]) expect(() => inMicrobatches(step, shape)).not.toThrow();
      }),
    );
  });

  it('looks at steps as they will come', () => {
    const rows = [9, 5, 7, 3].map((length, i) => rowOf({ length, supervised: 1 }, i));
    const lengths = (isShuffled: boolean) =>
      sampleSteps(rows, 2, isShuffled).map((step) => step.map(({ ids }) => ids.length).join());
    expect(new Set(lengths(false))).toEqual(new Set(['5,9', '3,7']));
    expect(new Set(lengths(true)).size).toBeGreaterThan(2);
  });

  it('computes about as many tokens as there are', () => {
    const lengths = [12, 14, 16, 18, 20, 22, 24, 60];
    const rows = Array.from({ length: 160 }, (_, i) => rowOf({ length: lengths[i % 8]!, supervised: 8 }, i)); // prettier-ignore
    const steps = sampleSteps(rows, 16, true);
    const tokens = steps.flat().reduce((sum, { ids }) => sum + ids.length, 0) / steps.length;
    const shapesAlone = planShapes(rows, 16, 64);
    const shape = planPacking(rows, steps, shapesAlone.at(-1)!);
    expect(costOfSteps(steps, shapesAlone).tokens).toBeGreaterThan(2 * tokens);
    expect(costOfSteps(steps, [shape]).tokens).toBeLessThan(1.4 * tokens);
  });
});
