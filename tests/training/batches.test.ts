import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countSupervised, tokenizedRow, type TokenizedRow } from '../../src/text/tokenizedRow.ts';
import {
  chooseShape,
  fitRows,
  inMicrobatches,
  layOutBatch,
  planShapes,
  totalSupervised,
} from '../../src/training/batches.ts';

/** A row whose supervised tokens are marked with a minus. */
const row = (...marked: number[]): TokenizedRow =>
  tokenizedRow(marked.map(Math.abs), marked.map((id) => id < 0)); // prettier-ignore

const shape = { batchSize: 2, sequenceLength: 4, maxSupervised: 5 };
const big = (...numbers: number[]) => BigInt64Array.from(numbers, BigInt);

const anyRow = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 99 }), fc.boolean()), { minLength: 2, maxLength: 12 })
  .map((tokens) => tokenizedRow(tokens.map(([id]) => id), tokens.map(([, flag], i) => flag || i === 1))); // prettier-ignore

describe('laying out a batch', () => {
  it('lets the position before each supervised token predict it', () => {
    expect(layOutBatch([row(7, 8, -9), row(3, -4, -5, 6)], shape, 0.25)).toEqual({
      inputIds: big(7, 8, 9, 0, 3, 4, 5, 6),
      supervisedRows: big(1, 4, 5, 0, 0),
      rowOfPosition: big(5, 0, 5, 5, 1, 2, 5, 5),
      labels: Int32Array.of(9, 4, 5, 0, 0),
      labelWeights: Float32Array.of(0.25, 0.25, 0.25, 0, 0),
      segments: Int32Array.of(1, 1, 1, 0, 2, 2, 2, 2),
      positions: big(0, 1, 2, 0, 0, 1, 2, 3),
    });
  });

  it('never counts the first token: nothing predicts it', () => {
    expect(layOutBatch([row(-7, -8)], shape, 1).labels).toEqual(Int32Array.of(8, 0, 0, 0, 0));
  });

  it('pads missing rows', () => {
    expect(layOutBatch([row(7, -8)], shape, 1).inputIds).toEqual(big(7, 8, 0, 0, 0, 0, 0, 0));
  });

  it('keeps the two directions of the scatter inverse', () => {
    const rows = fc.array(anyRow, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(rows, (batch) => {
        const wide = { batchSize: 4, sequenceLength: 12, maxSupervised: 48 };
        const { supervisedRows, rowOfPosition, labelWeights } = layOutBatch(batch, wide, 1);
        const used = labelWeights.filter((weight) => weight > 0).length;
        expect(used).toBe(totalSupervised(batch));
        for (let slot = 0; slot < used; slot++)
          expect(rowOfPosition[Number(supervisedRows[slot])]).toBe(BigInt(slot));
        expect(rowOfPosition.filter((slot) => slot !== 48n)).toHaveLength(used);
      }),
    );
  });

  it('refuses what does not fit, with the sizes', () => {
    expect(() => layOutBatch([row(1, 2, 3, 4, -5)], shape, 1)).toThrow(
      'A batch of 1 rows of up to 5 tokens, 1 of them supervised, does not fit the compiled shapes (2 × 4 with 5); compile a larger one or shorten the rows.',
    );
    expect(() => layOutBatch([row(1, -2), row(1, -2), row(1, -2)], shape, 1)).toThrow(/3 rows/);
  });
});

describe('dividing a step into microbatches', () => {
  it('takes as many rows as there are lines', () => {
    const rows = [row(1, -2), row(3, -4), row(5, -6)];
    expect(inMicrobatches(rows, shape)).toEqual([rows.slice(0, 2), rows.slice(2)]);
  });

  it('takes fewer where their supervised tokens would not fit, as of a row that comes twice', () => {
    const long = row(1, -2, -3, -4);
    expect(inMicrobatches([long, long, row(1, -2)], shape)).toEqual([[long], [long, row(1, -2)]]);
  });
});

describe('choosing a shape', () => {
  const shapes = [4, 8, 16].map((sequenceLength) => ({
    batchSize: 2,
    sequenceLength,
    maxSupervised: sequenceLength,
  }));

  it('takes the first that holds length and supervised tokens', () => {
    expect(chooseShape([row(1, -2, -3)], shapes).sequenceLength).toBe(4);
    expect(chooseShape([row(1, -2, -3, -4, -5)], shapes).sequenceLength).toBe(8);
    expect(chooseShape([row(1, -2, -3, -4), row(1, -2, -3, -4)], shapes).sequenceLength).toBe(8);
  });

  it('names all shapes when none does', () => {
    expect(() => chooseShape([row(...Array.from({ length: 17 }, (_, i) => -i))], shapes)).toThrow(
      /2 × 4 with 4; 2 × 8 with 8; 2 × 16 with 16/,
    );
  });
});

describe('fitting rows to a maximum length', () => {
  const rows = [row(1, -2), row(1, 2, -3, -4, -5), row(1, 2, 3, 4, -5)];

  it('cuts long ones, and leaves out those that would have nothing to learn', () => {
    const fitted = fitRows(rows, 4);
    expect(fitted).toMatchObject({ truncated: 1, dropped: 1 });
    expect(fitted.rows.map(({ ids }) => ids)).toEqual([[1, 2], [1, 2, 3, 4]]); // prettier-ignore
  });

  it('leaves long ones out where that is wanted', () => {
    expect(fitRows(rows, 4, 'drop')).toMatchObject({ rows: [rows[0]], truncated: 0, dropped: 2 });
  });

  it('counts a row twice that was given twice', () => {
    expect(fitRows([rows[1]!, rows[1]!], 4)).toMatchObject({ truncated: 2, dropped: 0 });
  });
});

describe('planning shapes', () => {
  it('gives the usual length and the longest, each with room for its worst batch', () => {
    const long = row(...Array.from({ length: 60 }, (_, i) => (i < 50 ? i + 1 : -i)));
    const short = row(...Array.from({ length: 20 }, (_, i) => (i < 10 ? i + 1 : -i)));
    expect(planShapes([long, short, short, short, row(1, -2)], 2, 512)).toEqual([
      { batchSize: 2, sequenceLength: 32, maxSupervised: 24 },
      { batchSize: 2, sequenceLength: 64, maxSupervised: 24 },
    ]);
    expect(planShapes([short, row(1, -2)], 2, 512)).toEqual([
      { batchSize: 2, sequenceLength: 32, maxSupervised: 16 },
    ]);
    expect(planShapes([long], 2, 53)).toEqual([{ batchSize: 2, sequenceLength: 53, maxSupervised: 8 }]);
  });

  it('holds any batch of its rows', () => {
    const rows = fc.array(anyRow, { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 3 }), (all, size) => {
        const shapes = planShapes(all, size, 64);
        // Few rows may come again within one batch, where the data wraps around.
        for (let i = 0; i < all.length; i++) {
          const batch = Array.from({ length: size }, (_, k) => all[(i + k) % all.length]!);
          expect(chooseShape(batch, shapes).maxSupervised).toBeGreaterThanOrEqual(totalSupervised(batch));
        }
        expect(countSupervised(all[0]!)).toBeGreaterThan(0);
      }),
    );
  });
});
